import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { serve } from '@hono/node-server'
import { catalogue } from '@irc-now/core/catalogue'
import { startWake } from '@irc-now/core/platform/wake'
import { freePort } from '@irc-now/core/provisioning/local/ports'
import { openPglite, openPostgresql } from '@irc-now/core/store/database'
import { Hono } from 'hono'
import { sql } from 'kysely'
import { pino } from 'pino'
import { createApi } from '../../ircserv/http/api.ts'
import { createHighlighter } from '../../ircserv/http/content/highlight.ts'
import { createContentHost } from '../../ircserv/http/content/host.ts'
import { createPastePages } from '../../ircserv/http/content/pastes.ts'
import { startServers } from '../../ircserv/http/server.ts'
import { createTestPlatform } from '../platform.ts'

// The API and the pages of pastes as the daemon serves them, only without limits; and beside them, in the same process
// and over the same database, a bare hono that asks one statement for each request.
const [url] = process.argv.slice(2) as [string]
const folder = await mkdtemp(join(tmpdir(), 'irc-now-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
const database = await (url === 'pglite' ? openPglite(join(folder, 'database')) : openPostgresql(url))
const { runtime, call } = await createTestPlatform(database)
const { token } = await call('ops', 'token.create', { name: 'bench' })
const log = pino({ level: 'silent' })
const wake = await startWake(database, {})
const endless = { burst: 1e9, perSecond: 1e9 }
const api = createApi({
  operations: catalogue,
  runtime,
  log,
  wake: wake.on,
  closing: new AbortController().signal,
  ownerId: '',
  verifyAccessToken: async () => null,
  rateLimit: endless,
})
const txt = createContentHost(log)
txt.route('/', createPastePages({ runtime, highlighter: createHighlighter(), abuse: 'abuse@example.org' }))
const port = await freePort()
const hosts = new Map([['txt', txt]])
await startServers(api, { host: '127.0.0.1', port, socket: null, hosts, intercept: () => null })

const { kysely } = database
await sql`create table bare (id text primary key, body text not null)`.execute(kysely)
const bare = new Hono()
let count = 0
bare.post('/', async (c) => {
  const { text } = (await c.req.json()) as { text: string }
  const id = String(count++)
  await sql`insert into bare (id, body) values (${id}, ${text})`.execute(kysely)
  return c.json({ id })
})
bare.get('/:id', async (c) => {
  const { rows } = await sql<{ body: string }>`select body from bare where id = ${c.req.param('id')}`.execute(kysely)
  return rows[0] ? c.text(rows[0].body) : c.notFound()
})
const barePort = await freePort()
serve({ fetch: bare.fetch, hostname: '127.0.0.1', port: barePort }, () => process.send!({ port, barePort, token }))

// Whoever started it is done, or gone.
process.on('disconnect', () => process.exit())
