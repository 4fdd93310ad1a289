import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { DesiredBouncer, DesiredUpstream } from '../provisioner.port.ts'
import { applyBouncer } from './apply-bouncer.ts'
import { type Ledger, type LedgerBouncer, openLedgers } from './ledger.ts'
import type { SojuAdmin } from './soju-admin.ts'
import { SojuBouncer } from './soju-bouncer.ts'
import { startTestServices, type TestServices } from './test-services.ts'

let stateDir: string
let services: TestServices['services']
let remove: TestServices['remove'] | undefined
let ledger: Ledger<LedgerBouncer>

beforeAll(async () => {
  ;({ stateDir, services, remove } = await startTestServices())
  ledger = (await openLedgers(stateDir)).bouncers
})
afterAll(() => remove?.())

class Crash extends Error {}

/** Everything that changes something, soju's commands and the ledger's writes, counted; the n-th is the last one done. */
function dyingAfter(last: number) {
  let count = 0
  function step<T>(work: () => Promise<T>): Promise<T> {
    if (count++ >= last) throw new Crash()
    return work()
  }
  const admin = {
    run: async (...words: string[]) => step(() => services.soju.admin.run(...words)),
  } as unknown as SojuAdmin
  const dyingLedger: Ledger<LedgerBouncer> = {
    ...ledger,
    write: async (...args) => step(() => ledger.write(...args)),
    remove: async (...args) => step(() => ledger.remove(...args)),
  }
  return { admin, ledger: dyingLedger }
}

function upstream(name: string, changes: Partial<DesiredUpstream> = {}): DesiredUpstream {
  const fields = {
    managed: false,
    name,
    host: '127.0.0.1',
    port: 1,
    tls: false,
    serverFingerprint: null,
    nick: 'nick',
    username: null,
    realname: null,
    pass: null,
    sasl: { mechanism: 'none' as const },
    channels: [],
    enabled: true,
    ...changes,
  }
  return { ...fields, digest: createHash('sha256').update(JSON.stringify(fields)).digest('hex') }
}

const bouncer = (username: string, changes: Partial<DesiredBouncer> = {}): DesiredBouncer => ({
  id: username,
  username,
  nick: 'nick',
  realname: 'A Member',
  enabled: true,
  restarts: 0,
  signOuts: 0,
  upstreams: [],
  placement: 'shared',
  hostname: null,
  ...changes,
})

const plain = (username: string, password: string) => ({ mechanism: 'plain' as const, username, password })

const states: Record<string, (username: string) => DesiredBouncer> = {
  empty: (username) => bouncer(username),
  two: (username) =>
    bouncer(username, {
      upstreams: [
        upstream('one', { sasl: plain('me', 'first'), channels: ['#a', '#b'] }),
        upstream('two', { tls: true, serverFingerprint: 'ab'.repeat(32), pass: 'p w', enabled: false }),
      ],
    }),
  changed: (username) =>
    bouncer(username, {
      nick: 'other',
      realname: 'Changed',
      restarts: 1,
      signOuts: 1,
      upstreams: [
        upstream('one', { sasl: plain('me', 'second'), nick: 'mynick', channels: ['#b', '#c'] }),
        upstream('three', { port: 2, username: 'u', realname: 'r' }),
      ],
    }),
  signedOut: (username) => bouncer(username, { upstreams: [upstream('one', { channels: ['#a', '#b'] })] }),
  renamed: (username) => ({ ...states.two!(username), nick: 'other', realname: 'Changed' }),
  off: (username) =>
    bouncer(username, { enabled: false, upstreams: [upstream('one', { sasl: plain('me', 'first') })] }),
}

/** What soju really stores about a user. */
function stored(username: string) {
  const database = new DatabaseSync(join(stateDir, 'soju', 'soju.db'), { readOnly: true, timeout: 5000 })
  try {
    const user = database.prepare('SELECT nick, realname, enabled FROM User WHERE username = ?').get(username)
    const networks = database
      .prepare(
        `SELECT n.name, n.addr, coalesce(n.nick, u.nick) AS nick, n.username, coalesce(n.realname, u.realname) AS realname, n.pass, n.certfp, n.sasl_mechanism,
           n.sasl_plain_username, n.sasl_plain_password, n.enabled,
           (SELECT group_concat(name) FROM (SELECT name FROM Channel WHERE network = n.id ORDER BY name)) AS channels
         FROM Network n JOIN User u ON n.user = u.id WHERE u.username = ? ORDER BY n.name`,
      )
      .all(username)
    return { user, networks }
  } finally {
    database.close()
  }
}

const apply = (username: string, state: keyof typeof states) =>
  applyBouncer(new SojuBouncer(services.soju, username), ledger, states[state]!(username), () => {})

let count = 0
const fresh = () => `user${++count}`

/** What a state looks like when nothing ever went wrong. */
async function reference(state: keyof typeof states) {
  const username = fresh()
  await apply(username, state)
  return stored(username)
}

describe('an application that dies after any of its steps', () => {
  test.each([
    [null, 'two', 'two'],
    [null, 'two', 'empty'],
    ['two', 'changed', 'changed'],
    ['two', 'changed', 'two'],
    ['changed', 'two', 'changed'],
    ['signedOut', 'two', 'signedOut'],
    ['two', 'signedOut', 'two'],
    ['two', 'renamed', 'renamed'],
    ['two', 'renamed', 'two'],
    ['renamed', 'two', 'renamed'],
    ['two', 'off', 'two'],
    ['two', 'off', 'off'],
    ['two', 'empty', 'two'],
  ])('from %s to %s, then wanted as %s, ends as if nothing had happened', async (from, to, wanted) => {
    const expected = await reference(wanted)
    let steps = 0
    for (let died = true; died; steps++) {
      const username = fresh()
      if (from) await apply(username, from)
      const dying = dyingAfter(steps)
      died = await applyBouncer(
        new SojuBouncer({ ...services.soju, admin: dying.admin }, username),
        dying.ledger,
        states[to]!(username),
        () => {},
      ).then(
        () => false,
        (error) => {
          if (!(error instanceof Crash)) throw error
          return true
        },
      )
      // Else nobody could tell later that it is there.
      if (stored(username).user) expect([steps, await ledger.read(username)]).not.toEqual([steps, null])
      await apply(username, wanted)
      expect([steps, stored(username)]).toEqual([steps, expected])
    }
    expect(steps).toBeGreaterThan(3)
  })

  test('leaves nothing of a former bouncer of the same name', async () => {
    const expected = await reference('changed')
    let steps = 0
    for (let died = true; died; steps++) {
      const username = fresh()
      await apply(username, 'two')
      // Which stays, were it the same bouncer.
      await services.soju.admin.run('user', 'run', username, 'channel', 'create', '#by-hand/one')
      const later = { ...states.changed!(username), id: 'later' }
      const dying = dyingAfter(steps)
      died = await applyBouncer(
        new SojuBouncer({ ...services.soju, admin: dying.admin }, username),
        dying.ledger,
        later,
        () => {},
      ).then(
        () => false,
        (error) => {
          if (!(error instanceof Crash)) throw error
          return true
        },
      )
      await applyBouncer(new SojuBouncer(services.soju, username), ledger, later, () => {})
      expect([steps, stored(username)]).toEqual([steps, expected])
    }
    expect(steps).toBeGreaterThan(3)
  })

  test('a removal leaves nothing', async () => {
    const username = fresh()
    await apply(username, 'two')
    const admin = new SojuBouncer(services.soju, username)
    await admin.delete()
    await ledger.remove(username)
    expect(stored(username)).toEqual({ user: undefined, networks: [] })
    expect(await ledger.read(username)).toBeNull()
  })
})

describe('what a member changes by hand with BouncerServ', () => {
  test('is undone where the platform decides, and kept where it does not', async () => {
    const expected = await reference('two')
    const username = fresh()
    await apply(username, 'two')
    const run = (...words: string[]) => services.soju.admin.run('user', 'run', username, ...words)
    await run('network', 'update', 'one', '-addr', 'irc+insecure://127.0.0.1:9', '-ignore-limit')
    await run('network', 'update', 'two', '-enabled', 'true', '-ignore-limit')
    await run('network', 'create', '-addr', 'irc+insecure://127.0.0.1:3', '-name', 'mine', '-enabled=false')
    await run('network', 'create', '-addr', 'irc+insecure://127.0.0.1:4', '-enabled=false')
    await apply(username, 'two')
    expect(stored(username)).toEqual(expected)
    await run('channel', 'create', '#mine/one')
    await apply(username, 'two')
    await apply(username, 'signedOut')
    expect(stored(username).networks[0]).toMatchObject({ channels: '#a,#b,#mine' })
  })

  test('a network with a name made to mislead does not stop the platform', async () => {
    const username = fresh()
    const run = (...words: string[]) => services.soju.admin.run('user', 'run', username, ...words)
    await apply(username, 'empty')
    const misleading = 'one (irc+insecure://127.0.0.1:1) [connected]: x'
    await run('network', 'create', '-addr', 'irc+insecure://127.0.0.1:3', '-name', misleading, '-enabled=false')
    await apply(username, 'two')
    expect(stored(username).networks.map(({ name }) => name)).toEqual(expect.arrayContaining(['one', 'two']))
  })
})
