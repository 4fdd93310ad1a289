import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogue } from '@irc-now/core/catalogue'
import { startWake } from '@irc-now/core/platform/wake'
import { openPglite, openPostgresql } from '@irc-now/core/store/database'
import { pino } from 'pino'
import { startNowServ } from '../../ircserv/irc/nowserv.ts'
import { createNowServDeps } from '../../ircserv/irc/platform-deps.ts'
import { createTestPlatform } from '../platform.ts'

// NowServ as the daemon runs it, over the whole catalogue and a database; only its limits are out of the way.
const [port, nick, url, ...askers] = process.argv.slice(2) as [string, string, string, ...string[]]
const folder = await mkdtemp(join(tmpdir(), 'irc-now-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const database = await (url === 'pglite' ? openPglite(join(folder, 'database')) : openPostgresql(url))
const { runtime, member, call } = await createTestPlatform(database)
for (const asker of askers) {
  await member(asker)
  await call(asker, 'bouncer.create')
}
const wake = await startWake(database, {})
const nowServ = startNowServ(
  {
    host: '127.0.0.1',
    port: Number(port),
    tls: false,
    nick: nick as 'NowServ',
    account: nick,
    password: 'right',
    limits: { burst: 1e9, perSecond: 1e9, waiting: 1e6 },
  },
  createNowServDeps({ operations: catalogue, runtime, wake: wake.on, log: pino({ level: 'silent' }) }),
)
const timer = setInterval(() => {
  if (!nowServ.connected) return
  clearInterval(timer)
  process.send!('ready')
}, 20)

// What BOUNCER LIST asks the database, asked so many times without NowServ around it, as many at once as NowServ does.
process.on('message', async (count: number) => {
  let asked = 0
  const ask = async () => {
    while (asked < count) {
      const name = askers[asked++ % askers.length]!
      await runtime.read(async (store) => store.bouncers.listWithUpstreams((await store.accounts.byName(name))!.id))
    }
  }
  await Promise.all(Array.from({ length: 8 }, ask))
  process.send!('done')
})

// Whoever started it is done, or gone.
process.on('disconnect', () => process.exit())
