import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { faultPoint } from '../../operation/faults.ts'
import { ProvisionerRejected, ProvisionerUnavailable } from '../provisioner.port.ts'
import { parseIrcLine } from './irc-line.ts'
import { collectLines } from './lines.ts'
import { quoteCommand } from './quoting.ts'

/** soju understood a command and declined it. */
export class SojuRefusal extends Error {
  override readonly name = 'SojuRefusal'
}

interface Pending {
  readonly lines: string[]
  readonly resolve: (lines: string[]) => void
  readonly reject: (error: Error) => void
}

/** One connection to soju's admin socket, made when needed; commands go one after another. */
export class SojuAdmin {
  readonly #path: string
  readonly #timeoutMs: number
  #socket: Promise<Socket> | null = null
  #pending: Pending | null = null
  #queue: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(path: string, timeoutMs = 10_000) {
    this.#path = path
    this.#timeoutMs = timeoutMs
  }

  /**
   * Runs one command, each word quoted. Resolves to what soju printed, line by line; rejects with SojuRefusal when it
   * declined, with ProvisionerUnavailable when it could not be reached or did not answer in time.
   */
  run(...words: readonly string[]): Promise<string[]> {
    const command = quoteCommand(words)
    const result = this.#queue.then(() => this.#send(command))
    this.#queue = result.catch(() => {})
    return result
  }

  close(): void {
    this.#closed = true
    this.#drop(new ProvisionerUnavailable('The bouncer is being stopped.'))
  }

  async #send(command: string): Promise<string[]> {
    if (this.#closed) throw new ProvisionerUnavailable('The bouncer is being stopped.')
    this.#socket ??= this.#connect()
    const socket = await this.#socket
    const { promise, resolve, reject } = Promise.withResolvers<string[]>()
    this.#pending = { lines: [], resolve, reject }
    // A user that ends while its command waits never answers: the connection is lost with it.
    const timer = setTimeout(
      () => this.#drop(new ProvisionerUnavailable('The bouncer did not answer.')),
      this.#timeoutMs,
    )
    faultPoint('soju')
    socket.write(`BOUNCERSERV :${command}\r\n`)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#pending = null
    }
  }

  async #connect(): Promise<Socket> {
    const socket = connect(this.#path)
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve).once('error', reject)
        delay(this.#timeoutMs, undefined, { ref: false }).then(() => reject(new Error('time-out')))
      })
    } catch (cause) {
      socket.destroy()
      this.#socket = null
      throw new ProvisionerUnavailable('The bouncer cannot be reached.', { cause })
    }
    socket.on('error', () => {})
    socket.on('close', () => this.#drop(new ProvisionerUnavailable('The bouncer closed the connection.'), socket))
    collectLines(socket, (line) => this.#hear(line))
    return socket
  }

  #drop(error: Error, only?: Socket): void {
    const current = this.#socket
    if (!current) return
    current.then(
      (socket) => {
        if (only && only !== socket) return
        if (this.#socket === current) this.#socket = null
        socket.destroy()
        this.#pending?.reject(error)
      },
      () => {},
    )
  }

  #hear(line: string): void {
    const { command, params } = parseIrcLine(line)
    const text = params.at(-1) ?? ''
    const pending = this.#pending
    if (command === 'PRIVMSG') pending?.lines.push(text)
    else if (command === 'BOUNCERSERV') pending?.resolve(pending.lines)
    else if (command === 'FAIL') pending?.reject(refusal(text))
    else if (command === 'ERROR') pending?.reject(new ProvisionerUnavailable(`The bouncer refused: ${text}`))
  }
}

/** A soju that is being ended, or whose disk is full, answers with its own troubles: those are an outage, not a refusal. */
function refusal(text: string): Error {
  if (
    /database is closed|context canceled|timeout executing command|disk is full|no space left|disk I\/O error/.test(
      text,
    )
  ) {
    return new ProvisionerUnavailable(`The bouncer can’t do it now: ${text}`)
  }
  if (/UNIQUE constraint failed: Network\./.test(text))
    return new ProvisionerRejected('Two upstreams have the same address and nick.')
  return new SojuRefusal(text)
}
