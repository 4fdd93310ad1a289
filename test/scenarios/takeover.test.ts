import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'
import { connectIrc } from '../irc-client.ts'
import { startPostgresql } from '../postgresql.ts'

// Two homes, each with a soju and an ergo of its own, take turns over one PostgreSQL.
type Daemon = Awaited<ReturnType<typeof createDaemon>>
let folder: string
let postgresql: Awaited<ReturnType<typeof startPostgresql>>
let first: Daemon
let other: Daemon

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-takeover-'))
  postgresql = await startPostgresql()
  const env = {
    DATABASE_URL: await postgresql.databaseUrl(),
    IRC_NOW_SECRET_KEY: 'c7'.repeat(32),
    IRC_NOW_PRIVATE_UPSTREAMS: 'true',
  }
  first = await createDaemon({ home: join(folder, 'first'), env })
  other = await createDaemon({ home: join(folder, 'other'), env })
})

afterAll(async () => {
  await first?.remove()
  await other?.remove()
  await postgresql?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function done(daemon: Daemon, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await daemon.cli(...words)
  expect([words, code, code === 0 ? '' : stderr]).toEqual([words, 0, ''])
  return stdout
}

/** What the soju of the first home really has: each user’s networks, or that it is disabled. */
function users(): Record<string, unknown> {
  const database = new DatabaseSync(join(first.home, 'soju/soju.db'), { readOnly: true, timeout: 5000 })
  try {
    const rows = database
      .prepare(
        `SELECT u.username, u.enabled, group_concat(n.name) AS networks FROM User u
         LEFT JOIN (SELECT * FROM Network ORDER BY name) n ON n.user = u.id GROUP BY u.id`,
      )
      .all()
    return Object.fromEntries(rows.map((row) => [row.username, row.enabled ? row.networks : 'disabled']))
  } finally {
    database.close()
  }
}

/** Whether a stranger can have the nick on the first home's net.irc.now. */
async function isFree(nick: string): Promise<boolean> {
  const client = await connectIrc(first.ports.irc, nick)
  const answer = await client.until(/^\S+ (001|433) /)
  client.close()
  return answer.includes(' 001 ')
}

test('what is deleted, changed and made anew while one home stands by is so in that home too once it takes over', async () => {
  await first.start()
  const owner = JSON.parse(await done(first, 'account', 'show', '--json')).name as string
  await done(first, 'bouncer', 'create', 'main', '--wait')
  await done(first, 'bouncer', 'create', 'second', '--wait')
  // Where nobody listens.
  const elsewhere = ['upstream', 'create', 'elsewhere', 'irc+insecure://127.0.0.1:1', '--no-wait']
  await done(first, ...elsewhere)
  for (const name of ['anna', 'bert', 'cleo']) {
    await done(first, 'account', 'create', name)
    await done(first, 'bouncer', 'create', 'main', '--as', name, '--wait')
  }
  await done(first, ...elsewhere, '--as', 'cleo')
  await expect.poll(users).toEqual({
    anna: 'net.irc.now',
    bert: 'net.irc.now',
    cleo: 'elsewhere,net.irc.now',
    [owner]: 'elsewhere,net.irc.now',
    [`${owner}+second`]: 'net.irc.now',
  })
  expect(await first.stop()).toBe(0)

  await other.start()
  await done(other, 'bouncer', 'delete', 'second', '--confirm', 'second', '--wait')
  await done(other, 'upstream', 'delete', 'elsewhere', '--confirm', 'elsewhere')
  for (const name of ['anna', 'cleo']) await done(other, 'account', 'delete', '--as', name, '--confirm', name)
  await done(other, 'account', 'suspend', 'bert')
  // The name is free once net.irc.now has it free again.
  await expect.poll(async () => (await other.cli('account', 'create', 'cleo')).code).toBe(0)
  await done(other, 'bouncer', 'create', 'main', '--as', 'cleo', '--wait')
  expect(await other.stop()).toBe(0)

  await first.start()
  await expect.poll(users).toEqual({ bert: 'disabled', cleo: 'net.irc.now', [owner]: 'net.irc.now' })
  await expect.poll(() => isFree('anna')).toBe(true)
  // An account that was made anew meanwhile is given its name in the place of the former one’s.
  await expect.poll(() => Promise.all(['bert', 'cleo', owner].map(isFree))).toEqual([false, false, false])
})

test('over another database a home does not start, rather than lose its bouncers', async () => {
  expect(await first.stop()).toBe(0)
  const before = users()
  await expect(first.start({ DATABASE_URL: await postgresql.databaseUrl() })).rejects.toThrow(
    /belong to another database/,
  )
  await first.start()
  expect(users()).toEqual(before)
})
