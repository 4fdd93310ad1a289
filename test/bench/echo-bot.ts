import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { Client } from 'irc-framework'
import pg from 'pg'

// The yardstick: a bot on the same library that says back what it hears, and does nothing else; or, with a database,
// asks it one question before, as the database’s own client does it.
const [port, nick, database] = process.argv.slice(2)
const question = 'select * from heard where id = $1'
const ask = database === undefined ? null : await askerOf(database)
const client = new Client()
client.requestCap(['message-tags', 'account-tag'])
client.on('privmsg', async ({ nick, message, tags, target }) => {
  if (target !== client.user.nick) return
  await ask?.('1')
  const answer = new client.Message('NOTICE', nick, message)
  answer.tags = { '+draft/reply': tags.msgid ?? '' }
  client.raw(answer)
})
client.on('registered', () => process.send!('ready'))
client.connect({
  host: '127.0.0.1',
  port: Number(port),
  nick: nick!,
  username: 'echo',
  gecos: 'echo',
  account: { account: nick!, password: 'right' },
  auto_reconnect: false,
})

process.on('disconnect', () => process.exit())

async function askerOf(database: string): Promise<(id: string) => Promise<unknown>> {
  const table = "create table heard (id text primary key, text text); insert into heard values ('1', 'hello')"
  if (database !== 'pglite') {
    const pool = new pg.Pool({ connectionString: database })
    await pool.query(table)
    return (id) => pool.query(question, [id])
  }
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const pglite = await PGlite.create(join(folder, 'database'))
  await pglite.exec(table)
  return (id) => pglite.query(question, [id])
}
