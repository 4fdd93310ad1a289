import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { createErgo } from '../ergo.ts'
import { startPostgresql } from '../postgresql.ts'
import { interleaved, median, ms, print, quantile, ratio, timed } from './harness.ts'

const rounds = 10
const inFlight = 64
const pipelined = 1600
const single = 200
/** Each with one command in flight, so that none of them is answered by another’s question. */
const askers = Array.from({ length: inFlight }, (_, i) => `asker${i}`)

/** Answers a second and the time of one, NowServ against echo bots on the same library and the same server. */
export async function benchNowServ(): Promise<void> {
  const ergo = await createErgo()
  const postgresql = await startPostgresql()
  const bots: Record<string, ChildProcess> = {}
  try {
    await ergo.start()
    const start = async (nick: string, file: string, ...args: string[]) => {
      bots[nick] = fork(join(import.meta.dirname, file), [String(ergo.port), nick, ...args])
      await once(bots[nick], 'message')
    }
    await start('Echo', 'echo-bot.ts')
    await start('EchoPGlite', 'echo-bot.ts', 'pglite')
    await start('EchoPG', 'echo-bot.ts', await postgresql.databaseUrl())
    await start('NowServ', 'nowserv-bot.ts', 'pglite', ...askers)
    await start('NowServPG', 'nowserv-bot.ts', await postgresql.databaseUrl(), ...askers)
    const clients = await Promise.all(askers.map((nick) => connectAsker(ergo.port, nick)))
    const contestants = {
      'echo bot': ['Echo', 'bouncer list'],
      'NowServ, `PLATFORM VERSION`': ['NowServ', 'platform version'],
      'echo bot that asks PGlite once': ['EchoPGlite', 'bouncer list'],
      'NowServ, `BOUNCER LIST`, PGlite': ['NowServ', 'bouncer list'],
      'echo bot that asks PostgreSQL once': ['EchoPG', 'bouncer list'],
      'NowServ, `BOUNCER LIST`, PostgreSQL': ['NowServPG', 'bouncer list'],
    } as const
    const databases = {
      'PGlite alone, asked what `BOUNCER LIST` asks': bots.NowServ!,
      'PostgreSQL alone, asked what `BOUNCER LIST` asks': bots.NowServPG!,
    }
    const latencies: Record<string, number[]> = {}
    const perSecond = (total: number) => pipelined / (total / 1000)
    const throughput = await interleaved(
      {
        ...Object.fromEntries(
          Object.entries(contestants).map(([name, [bot, text]]) => [
            name,
            async () => {
              const [count, most] = [pipelined / clients.length, inFlight / clients.length]
              return perSecond(await timed(() => Promise.all(clients.map((one) => one.ask(bot, text, count, most)))))
            },
          ]),
        ),
        ...Object.fromEntries(
          Object.entries(databases).map(([name, bot]) => [
            name,
            async () => {
              const done = once(bot, 'message')
              bot.send(pipelined)
              return perSecond(await timed(() => done))
            },
          ]),
        ),
      },
      rounds,
    )
    await interleaved(
      Object.fromEntries(
        Object.entries(contestants).map(([name, [bot, text]]) => [
          name,
          async () => {
            const { each, total } = await clients[0]!.ask(bot, text, single, 1)
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
      `NowServ: ${askers.length} askers, ${inFlight} in flight, ${rounds} × ${pipelined} commands; one at a time, ${rounds} × ${single}`,
      ['who answers', 'answers a second', 'against the echo bot', 'one at a time, median', 'p99'],
      Object.entries(throughput).map(([name, all]) => [
        name,
        median(all).toFixed(0),
        ratio(median(all) / base),
        latencies[name] ? ms(median(latencies[name])) : '',
        latencies[name] ? ms(quantile(latencies[name], 0.99)) : '',
      ]),
    )
    for (const client of clients) client.close()
  } finally {
    for (const bot of Object.values(bots)) {
      const ended = once(bot, 'exit')
      bot.disconnect()
      await ended
    }
    await ergo.remove()
    await postgresql.stop()
  }
}

/** One client that asks a bot and counts its answers; an answer is its last line, the one with data where there is any. */
async function connectAsker(port: number, nick: string) {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8').setNoDelay()
  let hear = (_line: string) => {}
  let rest = ''
  socket.on('data', (chunk) => {
    const lines = (rest + chunk).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) hear(line)
  })
  const login = Buffer.from(`\0${nick}\0right`).toString('base64')
  await new Promise<void>((resolve) => {
    hear = (line) => {
      if (line.startsWith('AUTHENTICATE +') || line.endsWith(' AUTHENTICATE +'))
        socket.write(`AUTHENTICATE ${login}\r\n`)
      if (/ 903 /.test(line)) socket.write('CAP END\r\n')
      if (/ 001 /.test(line)) resolve()
    }
    socket.write(`CAP REQ :message-tags sasl\r\nNICK ${nick}\r\nUSER asker 0 * :asker\r\nAUTHENTICATE PLAIN\r\n`)
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
          if (!line.includes(`:${bot}!`) || !line.includes(` NOTICE ${nick} `)) return
          if (bot.startsWith('NowServ') && !line.includes('+irc.now/data=')) return
          each.push(performance.now() - sentAt[each.length]!)
          if (sentAt.length < count) send()
          if (each.length === count) resolve({ total: performance.now() - sentAt[0]!, each })
        }
        for (let i = 0; i < Math.min(most, count); i += 1) send()
      }),
    close: () => socket.destroy(),
  }
}
