import { type ChildProcess, fork } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, onTestFailed, test } from 'vitest'
import { untilUnused } from '../../../test/folder-processes.ts'
import type { DesiredBouncer, ObservedBouncer } from '../provisioner.port.ts'
import { IrcProbe } from './irc-probe.ts'
import type { Question, Reply } from './move-daemon.fixture.ts'
import type { LocalListen } from './services.ts'
import { parseMessageId } from './soju-message-id.ts'
import { freeListen } from './test-platform.ts'

const account = 'alice'
/** More than is copied at once. */
const many = 3300

let stateDir: string
let listen: LocalListen
let daemon: ChildProcess | undefined
let probes: IrcProbe[]
/** What the services, and the daemon about them, said. */
let said: string[]

beforeEach(async () => {
  said = []
  onTestFailed(() => console.log(said.join('').slice(-20_000)))
  stateDir = await mkdtemp(join(tmpdir(), 'move-'))
  listen = await freeListen()
  probes = []
})
afterEach(async () => {
  for (const probe of probes) probe.close()
  await stop()
  await untilUnused(stateDir)
  await rm(stateDir, { recursive: true, force: true })
})

async function start(): Promise<void> {
  const fixture = join(import.meta.dirname, 'move-daemon.fixture.ts')
  daemon = fork(fixture, [stateDir, JSON.stringify(listen), account], { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] })
  daemon.stderr!.setEncoding('utf8').on('data', (text: string) => said.push(text))
  expect(await heard()).toEqual({ done: true })
}

/** The next answer; null when the daemon has died instead. */
async function heard(): Promise<Reply | null> {
  const answer = once(daemon!, 'message').then(([reply]) => reply as Reply)
  return Promise.race([answer, once(daemon!, 'exit').then(() => null)])
}

async function ask(question: Question): Promise<Reply | null> {
  daemon!.send(question)
  return heard()
}

async function stop(): Promise<void> {
  if (!daemon || daemon.exitCode !== null || daemon.signalCode !== null) return
  const gone = once(daemon, 'exit')
  daemon.kill('SIGKILL')
  await gone
}

async function apply(placement: DesiredBouncer['placement'], more: { failAt?: number } = {}): Promise<ObservedBouncer> {
  const reply = await ask({ apply: desired(placement), ...more })
  if (!reply || !('observed' in reply)) throw new Error(JSON.stringify(reply))
  return reply.observed
}

/** Applies it until the bouncer is on net.irc.now. */
async function connected(placement: DesiredBouncer['placement']): Promise<void> {
  const isOn = ({ name, state }: ObservedBouncer['upstreams'][number]) =>
    name === 'net.irc.now' && state === 'connected'
  while (!(await apply(placement)).upstreams.some(isOn)) await delay(50)
}

function desired(placement: DesiredBouncer['placement']): DesiredBouncer {
  const upstream = (name: string, changes: object) => {
    const fields = {
      ...{ name, host: '127.0.0.1', port: listen.irc.port, tls: false, serverFingerprint: null, nick: account },
      ...{ username: null, realname: null, pass: null, channels: ['#test'], enabled: true, managed: true },
      sasl: { mechanism: 'plain' as const, username: account, password: 'of the bouncer' },
      ...changes,
    }
    return { ...fields, digest: createHash('sha256').update(JSON.stringify(fields)).digest('hex') }
  }
  const external = {
    port: listen.irc.port,
    nick: `${account}2`,
    sasl: { mechanism: 'external' as const },
    channels: [],
  }
  return {
    ...{ id: 'b', username: account, nick: account, realname: 'A Member', enabled: true, restarts: 0, signOuts: 0 },
    upstreams: [upstream('net.irc.now', {}), upstream('certified', external)],
    placement,
    hostname: null,
  }
}

const withHistory = ['batch', 'server-time', 'draft/chathistory', 'draft/read-marker']

const login = async (nick: string, caps: readonly string[] = withHistory) => {
  for (;;) {
    try {
      const probe = await IrcProbe.login(listen.bouncer, {
        ...{ nick, account: `${account}/net.irc.now@phone`, password: 'app password', caps },
      })
      probes.push(probe)
      return probe
    } catch {
      await delay(50)
    }
  }
}

async function friendThere(): Promise<IrcProbe> {
  const friend = await IrcProbe.login(listen.irc, { nick: 'friend' })
  probes.push(friend)
  friend.send('JOIN #test')
  await friend.wait(({ command }) => command === '366')
  return friend
}

/** The newest lines of a channel as a client is given them. */
async function history(client: IrcProbe): Promise<string[]> {
  client.lines.length = 0
  client.send('CHATHISTORY LATEST #test * 1000')
  await client.wait(({ command, params }) => command === 'BATCH' && params[0]!.startsWith('-'))
  return client.lines.filter(({ command }) => command === 'PRIVMSG').map(({ params }) => params[1]!)
}

/** Of what was there before anything moved, as much as what came since leaves room for. */
const oldest = (texts: readonly string[]) => texts.filter((text) => text.startsWith('message')).slice(-900)

const dataOf = (side: DesiredBouncer['placement']) =>
  side === 'shared' ? join(stateDir, 'soju', 'soju.db') : join(stateDir, 'dedicated', account, 'soju.db')

function read<T>(path: string, work: (all: (sql: string) => Record<string, unknown>[]) => T): T {
  const db = new DatabaseSync(path, { timeout: 5000 })
  try {
    return work((sql) => db.prepare(sql).all() as Record<string, unknown>[])
  } finally {
    db.close()
  }
}

/** All that soju knows of the user on a side, told without its numbers; null when it has no such user there. */
function known(side: DesiredBouncer['placement']) {
  if (!existsSync(dataOf(side))) return null
  return read(dataOf(side), (all) => {
    const [user] = all(`select id, created_at from User where username = '${account}'`)
    if (!user) return null
    const networks = `(select id from Network where user = ${user.id})`
    const rows = all(
      `select m.id, n.name, t.target, m.raw, m.time, m.text from Message m join MessageTarget t on t.id = m.target
       join Network n on n.id = t.network where n.user = ${user.id} order by m.id`,
    )
    const byId = new Map(rows.map(({ id, ...row }) => [id, JSON.stringify(row)]))
    const delivered = all(
      `select n.name, d.target, d.client, d.internal_msgid from DeliveryReceipt d join Network n on n.id = d.network
       where network in ${networks} order by n.name, d.target, d.client`,
    )
    return {
      since: user.created_at,
      networks: all(`select * from Network where user = ${user.id} order by name`).map(
        ({ id, user: _, ...row }) => row,
      ),
      channels: all(
        `select n.name network, c.name, c.detached, c.relay_detached from Channel c join Network n on n.id = c.network
         where network in ${networks} order by n.name, c.name`,
      ),
      read: all(`select target, timestamp from ReadReceipt where network in ${networks}`),
      pushes: all(`select endpoint, key_vapid from WebPushSubscription where user = ${user.id} order by endpoint`),
      pushKeys: all('select vapid_key_public from WebPushConfig'),
      old: all(
        `select count(*) n, count(distinct raw) distinct_n from Message m join MessageTarget t on t.id = m.target
         where network in ${networks} and text like 'message %'`,
      ),
      oldHash: createHash('sha256')
        .update([...byId.values()].filter((row) => row.includes('"message ')).join('\n'))
        .digest('hex'),
      found: all("select count(*) n from MessageFTS where MessageFTS match 'message'"),
      delivered: delivered.map(({ internal_msgid, ...row }) => [
        row.target === '#test' ? byId.get(Number(parseMessageId(String(internal_msgid))!.message)) : 'newer',
        row.target,
        row.client,
      ]),
    }
  })
}

/** Exactly one side has it, and nothing is left over on the other. */
function side(): DesiredBouncer['placement'] {
  const there = (['shared', 'dedicated'] as const).filter((one) => known(one) !== null)
  expect(there).toHaveLength(1)
  for (const one of ['shared', 'dedicated'] as const) {
    if (!existsSync(dataOf(one))) continue
    const left = read(dataOf(one), (all) => ({
      parked: all('select count(*) n from Network where user < 0')[0]!.n,
      orphans: all('select count(*) n from Message where target not in (select id from MessageTarget)')[0]!.n,
      triggers: all("select count(*) n from sqlite_schema where name like 'irc_now_%'")[0]!.n,
    }))
    expect(left).toEqual({ parked: 0, orphans: 0, triggers: 0 })
  }
  return there[0]!
}

/** A bouncer that has been lived in. */
async function livedIn(messages = many): Promise<void> {
  await start()
  await ask({ account })
  await apply('shared')
  const client = await login(account)
  // Not its JOIN: soju tells that neither to who comes after its own, nor again to who comes before the names are all there.
  await client.wait(({ command, params }) => command === '366' && params[1] === '#test')
  client.send('PRIVMSG BouncerServ :channel create #quiet -relay-detached message')
  await client.wait(({ command, params }) => command === 'JOIN' && params[0] === '#quiet')
  client.send('PRIVMSG BouncerServ :channel update #quiet -detached true')
  client.send('PRIVMSG #test :first')
  // Told of on joining already, without a time; soju does one thing after the other, so all before it is done then.
  client.send('MARKREAD #test timestamp=2026-01-02T03:04:05.678Z')
  await client.wait(
    ({ command, params }) => command === 'MARKREAD' && params[1] === 'timestamp=2026-01-02T03:04:05.678Z',
  )
  await until(() => known('shared')!.channels.some(({ detached }) => detached === 1))
  await stop()
  const db = new DatabaseSync(dataOf('shared'), { timeout: 5000 })
  // soju may live a moment longer than its daemon, and what has read before it wrote can't write any more.
  db.exec('begin immediate')
  const { id: user } = db.prepare('select id from User where username = ?').get(account) as { id: number }
  const { id: target } = db.prepare("select id from MessageTarget where target = '#test'").get() as { id: number }
  const { key } = db.prepare('select vapid_key_public key from WebPushConfig').get() as { key: string }
  const insert = db.prepare('insert into Message (target, raw, time, sender, text) values (?, ?, ?, ?, ?)')
  for (let n = 0; n < messages; n++) {
    const time = new Date(Date.UTC(2026, 0, 1) + n * 1000).toISOString()
    insert.run(target, `:friend!f@host PRIVMSG #test :message ${n}`, time, 'friend', `message ${n}`)
  }
  db.prepare(
    `insert into WebPushSubscription (created_at, updated_at, user, network, endpoint, key_vapid) values ('x', 'x', ?, null, 'https://push', ?)`,
  ).run(user, key)
  db.exec('commit')
  db.close()
  await start()
  await apply('shared')
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(20)
}

test('a bouncer moves to a soju of its own and back, and nothing is lost', async () => {
  await livedIn()
  let client = await login(account)
  const friend = await friendThere()
  const before = known('shared')!
  expect(before.old).toEqual([{ n: many, distinct_n: many }])
  expect(before.channels).toContainEqual(expect.objectContaining({ name: '#quiet', detached: 1 }))
  const seen = await history(client)
  expect(seen).toHaveLength(1000)
  // Its client is told of the move by the network, where it may not be yet.
  await connected('shared')
  for (const to of ['dedicated', 'shared', 'dedicated'] as const) {
    friend.lines.length = 0
    const told = client.wait(
      ({ command, params }) => command === 'NOTICE' && /^Your bouncer moves to .* now/.test(params[1] ?? ''),
    )
    expect(await apply(to)).toMatchObject({ placement: to, moveFailure: null })
    expect(side()).toBe(to)
    await told
    await client.ended()
    expect(known(to)).toMatchObject({
      ...before,
      found: expect.anything(),
      delivered: expect.anything(),
    })
    expect(known(to)!.found[0]!.n).toBeGreaterThanOrEqual(many)
    // By the same address as before.
    client = await login(account)
    expect(oldest(await history(client))).toEqual(oldest(seen))
    client.send('MARKREAD #test')
    const marker = await client.wait(({ command, params }) => command === 'MARKREAD' && params[0] === '#test')
    expect(marker.params[1]).toBe('timestamp=2026-01-02T03:04:05.678Z')
    // Connected, soju has sent its JOIN, and sends what is said behind it. (Nobody else need see that JOIN: where the former
    // session has not ended before this one signs in, the account has never left.)
    await connected(to)
    client.send(`PRIVMSG #test :now on ${to}`)
    await friend.message(account, `now on ${to}`)
  }
  // What came while it was there has moved along as well.
  client.lines.length = 0
  client.send('CHATHISTORY LATEST #test * 5')
  await client.wait(({ params }) => params[1] === 'now on shared')
})

test('what was delivered to a client stays delivered', async () => {
  await livedIn()
  const client = await login(account, [])
  const friend = await friendThere()
  // Before the bouncer is in the channel, what is said there is said to nobody.
  const isThere = new RegExp(`(^| )[~@+]*${account}( |$)`)
  await friend.wait(
    ({ command, source, params }) =>
      (command === '353' && isThere.test(params.at(-1) ?? '')) ||
      (command === 'JOIN' && source.startsWith(`${account}!`)),
  )
  friend.send('PRIVMSG #test :the last one')
  await client.wait(({ params }) => params[1] === 'the last one')
  // Behind a message soju asks whether it came: the first time that question is here, the second time its answer is there.
  for (let times = 0; times < 2; times++) await client.acted()
  client.close()
  await until(() => known('shared')!.delivered.length > 0)
  const { delivered } = known('shared')!
  for (const to of ['dedicated', 'shared'] as const) {
    await apply(to)
    expect(known(to)!.delivered).toEqual(expect.arrayContaining(delivered))
  }
})

test('a move that fails ends where it began, and is not tried again at once', async () => {
  await livedIn()
  const before = known('shared')
  for (const failAt of [1, 3, 5]) {
    const observed = await apply('dedicated', { failAt })
    expect(observed.placement).toBe('shared')
    expect(observed.moveFailure).toMatch(/moved later/)
    expect(side()).toBe('shared')
    expect(known('shared')).toEqual(before)
    await rm(join(stateDir, 'placements', `${account}.json`))
    await stop()
    await start()
  }
  expect((await apply('dedicated', { failAt: 2 })).placement).toBe('shared')
  expect((await apply('dedicated')).placement).toBe('shared')
  const { failed } = JSON.parse(await readFile(join(stateDir, 'placements', `${account}.json`), 'utf8'))
  expect(failed.times).toBe(1)
})

test('who comes before a move that was cut short is ended is let in when it is', async () => {
  await livedIn(50)
  // All of them in the middle of the first move, of which there is nothing left when the next one begins.
  for (const dieAt of [6, 8, 10, 12]) {
    expect(await ask({ apply: desired('dedicated'), dieAt })).toBeNull()
    await start()
    const early = IrcProbe.login(listen.bouncer, {
      ...{ nick: account, account: `${account}/net.irc.now@phone`, password: 'app password', caps: withHistory },
    })
    early.catch(() => {})
    await delay(500)
    await apply('shared')
    const client = await early
    expect(await history(client)).toContain('message 49')
    client.close()
  }
})

test('killed at every single write it is whole on one side, and goes on from there', { timeout: 600_000 }, async () => {
  const messages = 1100
  await livedIn(messages)
  const { delivered: _, found: __, ...before } = known('shared')!
  for (const to of ['dedicated', 'shared'] as const) {
    const from = to === 'shared' ? 'dedicated' : 'shared'
    for (let dieAt = 1; ; dieAt++) {
      const died = (await ask({ apply: desired(to), dieAt })) === null
      // As after any start, what is wanted is applied again; each other time that is no longer the move.
      const wanted = died && dieAt % 2 === 0 ? from : to
      if (died) {
        await start()
        await apply(wanted)
      }
      expect([dieAt, side()]).toEqual([dieAt, wanted])
      expect(known(wanted)).toMatchObject(before)
      const client = await login(account)
      expect(await history(client)).toContain(`message ${messages - 1}`)
      client.close()
      if (!died) break
      if (wanted === to) await apply(from)
    }
  }
})
