import { connect, type TLSSocket } from 'node:tls'
import { ProvisionerRejected, ProvisionerUnavailable } from '../provisioner.port.ts'
import { type CertificateFiles, certificateFingerprint } from './certificates.ts'
import { type IrcLine, parseIrcLine } from './irc-line.ts'
import { collectLines } from './lines.ts'

export interface ErgoAdminOptions {
  readonly socketPath: string
  /** The client certificate that makes this link an operator. */
  readonly client: CertificateFiles
  /** The server's own certificate: anything else at the socket is not our ergo. */
  readonly server: CertificateFiles
  readonly account: string
  readonly timeoutMs?: number
}

interface Pending {
  readonly lines: IrcLine[]
  readonly resolve: (lines: IrcLine[]) => void
  readonly reject: (error: Error) => void
}

/** The platform's operator link to ergo, made when needed. Labels tell which lines answer which command. */
export class ErgoAdmin {
  readonly #options: ErgoAdminOptions
  readonly #timeoutMs: number
  readonly #pending = new Map<string, Pending>()
  readonly #batches = new Map<string, string>()
  #socket: Promise<TLSSocket> | null = null
  #labels = 0
  #closed = false

  constructor(options: ErgoAdminOptions) {
    this.#options = options
    this.#timeoutMs = options.timeoutMs ?? 10_000
  }

  /** Sends one command; resolves to all lines that answer it. Words go as they are; only the last may have spaces. */
  async run(...words: readonly string[]): Promise<readonly IrcLine[]> {
    const line = ergoCommand(words)
    if (this.#closed) throw new ProvisionerUnavailable('net.irc.now is being stopped.')
    this.#socket ??= this.#connect()
    const socket = await this.#socket
    const label = String(++this.#labels)
    const { promise, resolve, reject } = Promise.withResolvers<IrcLine[]>()
    this.#pending.set(label, { lines: [], resolve, reject })
    const timer = setTimeout(() => {
      socket.destroy()
      reject(new ProvisionerUnavailable('net.irc.now did not answer.'))
    }, this.#timeoutMs)
    socket.write(`@label=${label} ${line}\r\n`)
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#pending.delete(label)
    }
  }

  /** Asks NickServ; resolves to the text of its notices. */
  async nickServ(...words: readonly string[]): Promise<readonly string[]> {
    const lines = await this.run('NS', ...words)
    return lines.filter(({ command }) => command === 'NOTICE').map(({ params }) => params.at(-1) ?? '')
  }

  close(): void {
    this.#closed = true
    this.#socket?.then((socket) => socket.destroy()).catch(() => {})
  }

  async #connect(): Promise<TLSSocket> {
    const { client, server, socketPath, account } = this.#options
    const socket = connect({
      path: socketPath,
      cert: client.cert,
      key: client.key,
      ca: server.cert,
      // The one certificate below is trusted, whatever names it carries.
      checkServerIdentity: () => undefined,
    })
    const failed = Promise.withResolvers<never>()
    const timer = setTimeout(() => failed.reject(new Error('time-out')), this.#timeoutMs)
    const onClose = () => failed.reject(new Error('closed'))
    socket.on('error', (error) => failed.reject(error)).once('close', onClose)
    const greeted = Promise.withResolvers<void>()
    let greet: (line: IrcLine) => void = (line) => {
      if (line.command === 'AUTHENTICATE') socket.write('AUTHENTICATE +\r\n')
      else if (line.command === '903') socket.write('CAP END\r\n')
      else if (line.command === '001') greeted.resolve()
      else if (/^(90[2-8]|43[123]|ERROR)$/.test(line.command)) greeted.reject(new Error(line.params.at(-1)))
    }
    collectLines(socket, (text) => {
      const line = parseIrcLine(text)
      if (line.command === 'PING') socket.write(`PONG :${line.params.at(-1) ?? ''}\r\n`)
      else {
        greet(line)
        this.#hear(line)
      }
    })
    const write = (text: string) => socket.write(`${text}\r\n`)
    socket.once('secureConnect', () => {
      if (certificateFingerprint(socket.getPeerX509Certificate()!.toString()) !== server.fingerprint) socket.destroy()
      write('CAP REQ :sasl labeled-response batch')
      write(`NICK ${account}`)
      write(`USER ${account} 0 * :irc.now platform`)
      write('AUTHENTICATE EXTERNAL')
    })
    try {
      await Promise.race([greeted.promise, failed.promise])
    } catch (cause) {
      socket.destroy()
      this.#socket = null
      throw new ProvisionerUnavailable('net.irc.now cannot be reached.', { cause })
    } finally {
      clearTimeout(timer)
      greet = () => {}
    }
    socket.off('close', onClose).once('close', () => {
      this.#socket = null
      this.#batches.clear()
      for (const { reject } of this.#pending.values()) {
        reject(new ProvisionerUnavailable('net.irc.now closed the connection.'))
      }
    })
    return socket
  }

  #hear(line: IrcLine): void {
    const { command, params, tags } = line
    const [first = ''] = params
    if (command === 'BATCH' && first.startsWith('+') && tags.label) this.#batches.set(first.slice(1), tags.label)
    else if (command === 'BATCH' && first.startsWith('-')) {
      const label = this.#batches.get(first.slice(1))
      this.#batches.delete(first.slice(1))
      const pending = label && this.#pending.get(label)
      if (pending) pending.resolve(pending.lines)
    } else if (tags.batch) {
      this.#pending.get(this.#batches.get(tags.batch) ?? '')?.lines.push(line)
    } else if (tags.label) {
      this.#pending.get(tags.label)?.resolve(command === 'ACK' ? [] : [line])
    }
  }
}

function ergoCommand(words: readonly string[]): string {
  const line = words
    .map((word, index) => {
      if (/[\r\n\0]/.test(word) || !word.isWellFormed())
        throw new ProvisionerRejected('A value cannot contain line breaks.')
      if (index === words.length - 1 && /^:| |^$/.test(word)) return `:${word}`
      if (/[ ]|^:|^$/.test(word)) throw new ProvisionerRejected('A name cannot contain spaces.')
      return word
    })
    .join(' ')
  if (Buffer.byteLength(line) > 500) throw new ProvisionerRejected('A value is too long.')
  return line
}
