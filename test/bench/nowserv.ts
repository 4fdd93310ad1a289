import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createErgo } from '../ergo.ts'
import { interleaved, median, ms, print, quantile, ratio, timed } from './harness.ts'

const rounds = 10
const inFlight = 64
const pipelined = 1000
const single = 200

/** Answers a second and the time of one, NowServ against an echo bot on the same library and the same server. */
export async function benchNowServ(): Promise<void> {
  const ergo = await createErgo()
  const bots: ChildProcess[] = []
  try {
    await ergo.start()
    for (const file of ['echo-bot.ts', 'nowserv-bot.ts']) {
      const bot = fork(join(import.meta.dirname, file), [String(ergo.port)])
      bots.push(bot)
      await once(bot, 'message')
    }
    const asker = await connectAsker(ergo.port)
    const contestants = {
      'echo bot': ['Echo', 'platform version'],
      'NowServ PLATFORM VERSION': ['NowServ', 'platform version'],
      'NowServ BOUNCER LIST': ['NowServ', 'bouncer list'],
    } as const
    const latencies: Record<string, number[]> = {}
    const database = 'the database alone, asked what BOUNCER LIST asks it'
    const throughput = await interleaved(
      {
        ...Object.fromEntries(
          Object.entries(contestants).map(([name, [bot, text]]) => [
            name,
            async () => pipelined / ((await asker.ask(bot, text, pipelined, inFlight)).total / 1000),
          ]),
        ),
        [database]: async () => {
          const bot = bots[1]!
          const total = await timed(async () => {
            bot.send(pipelined)
            await once(bot, 'message')
          })
          return pipelined / (total / 1000)
        },
      },
      rounds,
    )
    await interleaved(
      Object.fromEntries(
        Object.entries(contestants).map(([name, [bot, text]]) => [
          name,
          async () => {
            const { each, total } = await asker.ask(bot, text, single, 1)
            latencies[name] = [...(latencies[name] ?? []), ...each]
            return total
          },
        ]),
      ),
      rounds,
      0,
    )
    const base = median(throughput['echo bot']!)
    print(
      `NowServ: ${inFlight} in flight, ${rounds} × ${pipelined} commands; one at a time, ${rounds} × ${single}`,
      ['who answers', 'answers a second', 'against the echo bot', 'one at a time, median', 'p99'],
      Object.entries(throughput).map(([name, all]) => [
        name,
        median(all).toFixed(0),
        ratio(median(all) / base),
        latencies[name] ? ms(median(latencies[name])) : '',
        latencies[name] ? ms(quantile(latencies[name], 0.99)) : '',
      ]),
    )
    asker.close()
  } finally {
    for (const bot of bots) {
      const ended = once(bot, 'exit')
      bot.disconnect()
      await ended
    }
    await ergo.remove()
  }
}

/** One client that asks a bot and counts its answers; an answer is its last line, the one with data where there is any. */
async function connectAsker(port: number) {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8').setNoDelay()
  let hear = (_line: string) => {}
  let rest = ''
  socket.on('data', (chunk) => {
    const lines = (rest + chunk).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) hear(line)
  })
  const login = Buffer.from('\0asker\0right').toString('base64')
  await new Promise<void>((resolve) => {
    hear = (line) => {
      if (line.startsWith('AUTHENTICATE +') || line.endsWith(' AUTHENTICATE +'))
        socket.write(`AUTHENTICATE ${login}\r\n`)
      if (/ 903 /.test(line)) socket.write('CAP END\r\n')
      if (/ 001 /.test(line)) resolve()
    }
    socket.write('CAP REQ :message-tags sasl\r\nNICK asker\r\nUSER asker 0 * :asker\r\nAUTHENTICATE PLAIN\r\n')
  })
  return {
    ask: (bot: string, text: string, count: number, most: number) =>
      new Promise<{ total: number; each: number[] }>((resolve) => {
        const sentAt: number[] = []
        const each: number[] = []
        const send = () => {
          sentAt.push(performance.now())
          socket.write(`PRIVMSG ${bot} :${text}\r\n`)
        }
        hear = (line) => {
          if (line.startsWith('PING')) socket.write(`PONG${line.slice(4)}\r\n`)
          if (!line.includes(`:${bot}!`) || !line.includes(' NOTICE asker ')) return
          if (bot === 'NowServ' && !line.includes('+irc.now/data=')) return
          each.push(performance.now() - sentAt[each.length]!)
          if (sentAt.length < count) send()
          if (each.length === count) resolve({ total: performance.now() - sentAt[0]!, each })
        }
        for (let i = 0; i < Math.min(most, count); i += 1) send()
      }),
    close: () => socket.destroy(),
  }
}
