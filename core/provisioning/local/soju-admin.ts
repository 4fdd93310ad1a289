import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
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
  readonly #isReady: () => boolean
  #socket: Socket | null = null
  #pending: Pending | null = null
  #queue: Promise<unknown> = Promise.resolve()
  #closed = false

  /** Commands are only sent while soju `isReady`, however long they have waited for their turn. */
  constructor(
    path: string,
    { timeoutMs = 10_000, isReady = () => true }: { timeoutMs?: number; isReady?: () => boolean } = {},
  ) {
    this.#path = path
    this.#timeoutMs = timeoutMs
    this.#isReady = isReady
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
    this.#socket?.destroy()
  }

  async #send(command: string): Promise<string[]> {
    this.#assertOpen()
    if (!this.#isReady()) throw new ProvisionerUnavailable('The bouncer is being started.')
    const socket = this.#socket && !this.#socket.destroyed ? this.#socket : await this.#connect()
    const { promise, resolve, reject } = Promise.withResolvers<string[]>()
    this.#pending = { lines: [], resolve, reject }
    const closed = () => reject(new ProvisionerUnavailable('The bouncer closed the connection.'))
    socket.once('close', closed)
    // A user that ends while its command waits never answers: the connection is lost with it.
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new ProvisionerUnavailable('The bouncer did not answer.'))
    }, this.#timeoutMs)
    try {
      faultPoint('soju')
      socket.write(`BOUNCERSERV :${command}\r\n`)
      return await promise
    } finally {
      clearTimeout(timer)
      socket.off('close', closed)
      this.#pending = null
    }
  }

  async #connect(): Promise<Socket> {
    const socket = connect(this.#path)
    socket.on('error', () => {})
    try {
      await once(socket, 'connect', { signal: AbortSignal.timeout(this.#timeoutMs) })
    } catch (cause) {
      socket.destroy()
      throw new ProvisionerUnavailable('The bouncer cannot be reached.', { cause })
    }
    collectLines(socket, (line) => this.#hear(line))
    this.#socket = socket
    if (this.#closed) socket.destroy()
    this.#assertOpen()
    return socket
  }

  #assertOpen(): void {
    if (this.#closed) throw new ProvisionerUnavailable('The bouncer is being stopped.')
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
