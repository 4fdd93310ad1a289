import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createSojuData } from './soju-data.ts'

/** Another process that is writing for a while, as a soju is at any time. */
const writer = `
  const { DatabaseSync } = require('node:sqlite')
  const db = new DatabaseSync(process.argv[1])
  db.exec('begin immediate')
  console.log('writing')
  setTimeout(() => db.exec('commit'), 500)
`

test('a database for a new soju is made while the one that it is made after is being written', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'soju-data-'))
  try {
    const [from, to] = [join(folder, 'from.db'), join(folder, 'to.db')]
    const source = new DatabaseSync(from)
    source.exec(`pragma journal_mode = wal; pragma user_version = 7;
      create table WebPushConfig (id integer primary key, vapid_key_public text);
      insert into WebPushConfig values (1, 'key')`)
    source.close()
    const other = spawn(process.execPath, ['-e', writer, from], { stdio: ['ignore', 'pipe', 'inherit'] })
    const ended = once(other, 'exit')
    await once(other.stdout, 'data')
    // One that was cut short before has left the file alone.
    new DatabaseSync(to).close()
    createSojuData(to, from)
    await ended
    const made = new DatabaseSync(to)
    expect(made.prepare('select vapid_key_public from WebPushConfig').all()).toEqual([{ vapid_key_public: 'key' }])
    expect(made.prepare('pragma user_version').get()).toEqual({ user_version: 7 })
    made.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
