import { connect } from 'node:net'

/** A plain IRC client: signs in by SASL PLAIN where it is given a password, and remembers every line. */
export async function connectIrc(
  port: number,
  nick: string,
  login?: { username: string; password: string },
  capabilities: readonly string[] = [],
) {
  const lines: string[] = []
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  const send = (line: string) => socket.write(`${line}\r\n`)
  let pending = ''
  socket.on('error', ({ message }) => lines.push(`(${message})`))
  socket.on('data', (chunk) => {
    pending += chunk
    const whole = pending.split('\r\n')
    pending = whole.pop() ?? ''
    for (const line of whole) {
      lines.push(line)
      if (line.startsWith('PING')) send(`PONG${line.slice(4)}`)
      if (/^\S+ CAP \S+ ACK/.test(line)) send(login ? 'AUTHENTICATE PLAIN' : 'CAP END')
      if (line === 'AUTHENTICATE +')
        send(`AUTHENTICATE ${Buffer.from(`\0${login?.username}\0${login?.password}`).toString('base64')}`)
      if (/^\S+ 90[34] /.test(line)) send('CAP END')
    }
  })
  const wanted = [...(login ? ['sasl'] : []), ...capabilities]
  if (wanted.length > 0) send(`CAP REQ :${wanted.join(' ')}`)
  send(`NICK ${nick}`)
  send(`USER ${nick} 0 * :${nick}`)
  const until = async (pattern: RegExp): Promise<string> => {
    const end = Date.now() + 60_000
    for (;;) {
      const found = lines.find((line) => pattern.test(line))
      if (found) return found
      if (Date.now() > end) throw new Error(`no line like ${pattern} in:\n${lines.join('\n')}`)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  return {
    lines,
    send,
    until,
    /** Resolves once somebody is on the network: what is said to them before is lost. */
    async untilThere(other: string): Promise<void> {
      send(`MONITOR + ${other}`)
      await until(new RegExp(`^\\S+ 730 .*\\b${other}\\b`))
    },
    close: () => socket.destroy(),
  }
}
