import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { catalogue } from '@irc-now/core/catalogue'
import { startWake } from '@irc-now/core/platform/wake'
import { openPglite } from '@irc-now/core/store/database'
import { pino } from 'pino'
import { startNowServ } from '../../ircserv/irc/nowserv.ts'
import { createNowServDeps } from '../../ircserv/irc/platform-deps.ts'
import { createTestPlatform } from '../platform.ts'

// NowServ as the daemon runs it, over the whole catalogue and a database on disk; only its limits are out of the way.
const folder = await mkdtemp(join(tmpdir(), 'irc-now-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const database = await openPglite(join(folder, 'database'))
const { runtime, member, call } = await createTestPlatform(database)
await member('asker')
await call('asker', 'bouncer.create')
const wake = await startWake(database, {})
const nowServ = startNowServ(
  {
    host: '127.0.0.1',
    port: Number(process.argv[2]),
    tls: false,
    nick: 'NowServ',
    account: 'NowServ',
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

// What BOUNCER LIST asks the database, asked so many times without NowServ around it.
process.on('message', async (count: number) => {
  for (let i = 0; i < count; i += 1) {
    await runtime.read(async (store) => {
      const { id } = (await store.accounts.byName('asker'))!
      await store.bouncers.list(id)
      await store.upstreams.states(id)
    })
  }
  process.send!('done')
})

// Whoever started it is done, or gone.
process.on('disconnect', () => process.exit())
