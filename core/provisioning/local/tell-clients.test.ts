import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { SojuNetwork } from './soju-text.ts'
import { tellClients } from './tell-clients.ts'

let folder: string
let data: string
let soju: DatabaseSync

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tell-'))
  data = join(folder, 'soju.db')
  soju = new DatabaseSync(data)
  // As much of soju's schema as a notice is looked for in, with one that came before, and others' things.
  soju.exec(`pragma journal_mode = wal;
    create table User (id integer primary key, username text);
    create table Network (id integer primary key, user integer);
    create table MessageTarget (id integer primary key, network integer, target text);
    create table Message (id integer primary key, target integer);
    insert into User values (1, 'alice'), (2, 'bob');
    insert into Network values (1, 1), (2, 2);
    insert into MessageTarget values (1, 1, 'nowadmin'), (2, 2, 'nowadmin'), (3, 1, '#test');
    insert into Message (target) values (1)`)
})
afterEach(async () => {
  soju.close()
  await rm(folder, { recursive: true, force: true })
})

const keep = (target: number) => soju.prepare('insert into Message (target) values (?)').run(target)
const bouncer = (state: SojuNetwork['state']) => ({
  username: 'alice',
  networks: async () => [{ name: 'net.irc.now', address: 'x', state, error: null }],
})
const tell = (state: SojuNetwork['state'], say: () => Promise<unknown>) =>
  tellClients({ bouncer: bouncer(state), data, network: 'net.irc.now', nick: 'NowAdmin', say })

test('who is ended next has been told before, however long the notice was on its way', async () => {
  let arrives: Promise<unknown> | undefined
  let hasArrived = false
  await tell('connected', async () => {
    // What others are told, and what is said elsewhere, is not it.
    keep(2)
    keep(3)
    arrives = delay(1000).then(() => {
      keep(1)
      hasArrived = true
    })
  })
  expect(hasArrived).toBe(true)
  await arrives
})

test('a bouncer that is not on the network is not waited for', async () => {
  const begun = performance.now()
  await tell('disconnected', async () => {})
  expect(performance.now() - begun).toBeLessThan(4000)
})
