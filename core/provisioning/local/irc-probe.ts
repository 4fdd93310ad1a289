import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type IrcLine, parseIrcLine } from './irc-line.ts'
import { collectLines } from './lines.ts'
import type { ListenAddress } from './ports.ts'

export interface ProbeLogin {
  readonly nick: string
  readonly username?: string
  readonly account?: string
  readonly password?: string
  /** Capabilities besides sasl. */
  readonly caps?: readonly string[]
}

/** Longer than anything takes that is well: a test that waits in vain says for what. */
const patienceMs = 60_000

/** A bare IRC client for tests: what it sends is exactly what it is told to. */
export class IrcProbe {
  readonly lines: IrcLine[] = []
  closed = false
  readonly #socket: Socket
  #marks = 0

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('error', () => {})
    socket.on('close', () => {
      this.closed = true
    })
    collectLines(socket, (text) => {
      const line = parseIrcLine(text)
      if (line.command === 'PING') this.send(`PONG :${line.params.at(-1)}`)
      else this.lines.push(line)
    })
  }

  static async connect({ host, port }: ListenAddress): Promise<IrcProbe> {
    const socket = connect({ host, port })
    await once(socket, 'connect')
    return new IrcProbe(socket)
  }

  /** Connects and signs in; rejects with the server's reason when it does not let in. */
  static async login(address: ListenAddress, login: ProbeLogin): Promise<IrcProbe> {
    const probe = await IrcProbe.connect(address)
    const caps = [...(login.account ? ['sasl'] : []), ...(login.caps ?? [])]
    if (caps.length > 0) probe.send(`CAP REQ :${caps.join(' ')}`)
    probe.send(`NICK ${login.nick}`)
    probe.send(`USER ${login.username ?? login.nick} 0 * :${login.nick}`)
    if (login.account) {
      await probe.wait(({ command, params }) => command === 'CAP' && params[1] === 'ACK')
      probe.send('AUTHENTICATE PLAIN')
      await probe.wait(({ command }) => command === 'AUTHENTICATE')
      probe.send(`AUTHENTICATE ${Buffer.from(`\0${login.account}\0${login.password ?? ''}`).toString('base64')}`)
      const answer = await probe.wait(({ command }) => command === '903' || command === '904')
      if (answer.command === '904') {
        probe.close()
        throw new Error(`904 ${answer.params.at(-1)}`)
      }
    }
    if (caps.length > 0) probe.send('CAP END')
    const welcome = await probe.wait(({ command }) => /^(001|43[0-9]|46[45]|ERROR|FAIL)$/.test(command))
    if (welcome.command !== '001') {
      probe.close()
      throw new Error(`${welcome.command} ${welcome.params.join(' ')}`)
    }
    return probe
  }

  send(line: string): void {
    this.#socket.write(`${line}\r\n`)
  }

  /** The first line, past or to come, that matches; rejects when the connection ends before, or nothing comes. */
  async wait(matches: (line: IrcLine) => boolean): Promise<IrcLine> {
    for (const end = Date.now() + patienceMs; ; await delay(5)) {
      const line = this.lines.find(matches)
      if (line) return line
      if (this.closed) throw new Error(`the connection ended: ${this.#last()}`)
      if (Date.now() > end) throw new Error(`in vain waited for ${matches}, after: ${this.#last()}`)
    }
  }

  #last(): string {
    return this.lines
      .slice(-3)
      .map(({ command, params }) => `${command} ${params.join(' ')}`)
      .join(' | ')
  }

  /** Resolves when the server has acted on all that was sent to it before, and its answers to that are here. */
  async acted(): Promise<void> {
    const mark = `mark-${++this.#marks}`
    this.send(`PING ${mark}`)
    await this.wait(({ command, params }) => command === 'PONG' && params.includes(mark))
  }

  message(from: string, text: string): Promise<IrcLine> {
    return this.wait(
      ({ command, source, params }) =>
        command === 'PRIVMSG' && source.toLowerCase().startsWith(`${from.toLowerCase()}!`) && params[1] === text,
    )
  }

  async ended(): Promise<void> {
    for (const end = Date.now() + patienceMs; !this.closed; await delay(5))
      if (Date.now() > end) throw new Error(`still connected, after: ${this.#last()}`)
  }

  close(): void {
    this.#socket.destroy()
  }
}
