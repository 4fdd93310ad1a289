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

/**
 * Runs commands over soju's admin socket, each on a connection that is free, else on one more: soju takes those of one
 * connection one after another, and what is for a busy bouncer takes long.
 */
export class SojuAdmin {
  readonly #path: string
  readonly #timeoutMs: number
  readonly #isReady: () => boolean
  readonly #open = new Set<Link>()
  readonly #free = new Set<Link>()
  #closed = false

  /** Commands are only sent while soju `isReady`. */
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
  async run(...words: readonly string[]): Promise<string[]> {
    const command = quoteCommand(words)
    const link = await this.#take()
    try {
      if (!this.#isReady()) throw new ProvisionerUnavailable('The bouncer is being started.')
      return await link.ask(command, this.#timeoutMs)
    } finally {
      if (this.#open.has(link)) this.#free.add(link)
    }
  }

  /** Whether soju says anything to a command, be it that it can't do it now. */
  async answers(...words: readonly string[]): Promise<boolean> {
    const link = await this.#take().catch(() => null)
    if (!link) return false
    try {
      await link.ask(quoteCommand(words), this.#timeoutMs).catch(() => {})
      return link.hasAnswered
    } finally {
      if (this.#open.has(link)) this.#free.add(link)
    }
  }

  close(): void {
    this.#closed = true
    for (const { socket } of this.#open) socket.destroy()
  }

  async #take(): Promise<Link> {
    this.#assertOpen()
    for (const link of this.#free) {
      this.#free.delete(link)
      // One that has just ended may not have told yet.
      if (!link.socket.destroyed) return link
    }
    const link = new Link(await this.#connect())
    this.#open.add(link)
    link.socket.once('close', () => {
      this.#open.delete(link)
      this.#free.delete(link)
    })
    return link
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
    if (this.#closed) socket.destroy()
    this.#assertOpen()
    return socket
  }

  #assertOpen(): void {
    if (this.#closed) throw new ProvisionerUnavailable('The bouncer is being stopped.')
  }
}

interface Pending {
  readonly lines: string[]
  readonly resolve: (lines: string[]) => void
  readonly reject: (error: Error) => void
}

/** One connection, for one command at a time. */
class Link {
  readonly socket: Socket
  /** Whether anything has come since the last command. */
  hasAnswered = false
  #pending: Pending | null = null

  constructor(socket: Socket) {
    this.socket = socket
    collectLines(socket, (line) => this.#hear(line))
  }

  async ask(command: string, timeoutMs: number): Promise<string[]> {
    const { socket } = this
    const { promise, resolve, reject } = Promise.withResolvers<string[]>()
    this.#pending = { lines: [], resolve, reject }
    this.hasAnswered = false
    const closed = () => reject(new ProvisionerUnavailable('The bouncer closed the connection.'))
    socket.once('close', closed)
    // A user that ends while its command waits never answers: the connection is lost with it.
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new ProvisionerUnavailable('The bouncer did not answer.'))
    }, timeoutMs)
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

  #hear(line: string): void {
    this.hasAnswered = true
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
