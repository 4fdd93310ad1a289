import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { checkLogin } from '../accounts/check-login.ts'
import { bouncerPassword, hashSecret } from '../accounts/secrets.ts'
import { catalogue } from '../catalogue.ts'
import type { Database } from '../store/database.ts'
import { run } from './run.ts'

onBothDatabases('operations', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  beforeEach(async () => {
    database = await open()
    platform = await createTestPlatform(database)
    await platform.member('alice')
    await platform.member('bob')
  })
  afterEach(() => database.close())

  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'none',
      (error) => error.code,
    )

  test('a bouncer is created once, however often it is asked for', async () => {
    const { call } = platform
    const [first, second] = await Promise.all([call('alice', 'bouncer.create'), call('alice', 'bouncer.create')])
    expect(second).toEqual(first)
    expect(first).toMatchObject({ name: 'main', username: 'alice', status: { phase: 'pending' } })
    expect((await call('alice', 'bouncer.list')).items).toHaveLength(1)
    expect((await call('alice', 'upstream.list')).items).toMatchObject([
      { name: 'net.irc.now', managed: true, sasl: 'plain' },
    ])
    expect(await code(call('alice', 'bouncer.create', { name: 'main', nick: 'other' }))).toBe('name_taken')
  })

  test('nothing is created for an account that is being deleted at the same moment', async () => {
    for (let n = 0; n < 5; n += 1) {
      const name = `gone${n}`
      const id = await platform.member(name)
      await Promise.all([
        code(platform.call(name, 'account.delete', {}, { confirm: name })),
        code(platform.call(name, 'bouncer.create')),
      ])
      const rows = await platform.runtime.transaction((store) => store.bouncers.list(id))
      expect(rows.filter((row) => row.deleted_at === null)).toEqual([])
    }
  })

  test('the quota holds under parallel creates', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f']
    const codes = await Promise.all(names.map((name) => code(platform.call('alice', 'bouncer.create', { name }))))
    expect(codes.filter((one) => one === 'none')).toHaveLength(1)
    expect(codes.filter((one) => one === 'quota_reached')).toHaveLength(5)
    const { name } = (await platform.call('alice', 'bouncer.list')).items[0]
    const upstreams = await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((one) =>
        code(platform.call('alice', 'upstream.create', { bouncer: name, name: one, address: `${one}.example.org` })),
      ),
    )
    expect(upstreams.filter((one) => one === 'none')).toHaveLength(5)
    expect(upstreams.filter((one) => one === 'quota_reached')).toHaveLength(2)
  })

  test("another member's things do not exist", async () => {
    await platform.call('alice', 'bouncer.create')
    await platform.call('alice', 'password.create', { name: 'phone' })
    for (const [operation, input, confirm] of [
      ['bouncer.show', { name: 'main' }],
      ['bouncer.update', { name: 'main', nick: 'x' }],
      ['bouncer.delete', { name: 'main' }, 'main'],
      ['bouncer.connect', {}],
      ['upstream.show', { name: 'net.irc.now' }],
      ['password.revoke', { name: 'phone' }, 'phone'],
      ['account.show', { name: 'alice' }],
    ] as const) {
      expect([operation, await code(platform.call('bob', operation, input, confirm ? { confirm } : {}))]).toEqual([
        operation,
        'not_found',
      ])
    }
  })

  test('who is not signed in, lacks a scope or is no operator is told so', async () => {
    expect(await code(platform.call(null, 'bouncer.create'))).toBe('not_signed_in')
    expect(await code(platform.call('alice', 'account.list'))).toBe('not_allowed')
    expect(await code(platform.call('alice', 'bouncer.create', {}, { scopes: ['bouncer:read'] }))).toBe('not_allowed')
    expect(await code(platform.call('alice', 'bouncer.list', {}, { as: 'bob' }))).toBe('not_allowed')
    expect(await platform.call(null, 'platform.version')).toMatchObject({ version: '0.0.0' })
    const narrow = { scopes: ['token:write', 'bouncer:read'] }
    expect(await code(platform.call('alice', 'token.create', { name: 'x' }, narrow))).toBe('not_allowed')
    expect(await platform.call('alice', 'token.create', { name: 'x', scopes: ['bouncer:read'] }, narrow)).toMatchObject(
      { name: 'x' },
    )
  })

  test('an operator acts for a member, and both see it in the audit', async () => {
    await platform.call('ops', 'bouncer.create', {}, { as: 'alice' })
    expect((await platform.call('alice', 'bouncer.list')).items).toHaveLength(1)
    expect((await platform.call('alice', 'audit.list')).items[0]).toMatchObject({
      actor: 'ops',
      for: 'alice',
      operation: 'bouncer.create',
    })
    expect((await platform.call('bob', 'audit.list')).items).toEqual([])
  })

  test('an operator who only looks at a member’s things is seen in the audit too, once an hour', async () => {
    const looks = async () =>
      (await platform.call('alice', 'audit.list')).items.map(
        (one: { actor: string; for: string; operation: string; input: string }) =>
          [one.actor, one.for, one.operation, one.input].join(' '),
      )
    await platform.call('alice', 'bouncer.list')
    expect(await looks()).toEqual([])
    for (let i = 0; i < 3; i += 1) await platform.call('ops', 'account.export', {}, { as: 'alice' })
    expect(await looks()).toEqual(['ops alice account.export {}'])
    expect(await code(platform.call('ops', 'bouncer.show', {}, { as: 'alice' }))).toBe('not_found')
    await platform.call('ops', 'audit.list', { limit: 2 }, { as: 'alice' })
    await platform.call('ops', 'audit.list', { limit: 3 }, { as: 'alice' })
    expect((await looks()).slice(0, 2)).toEqual([
      'ops alice audit.list {"limit":3}',
      'ops alice audit.list {"limit":2}',
    ])
    await sql`update audit set at = at - interval '61 minutes'`.execute(database.kysely)
    await platform.call('ops', 'account.export', {}, { as: 'alice' })
    expect((await looks())[0]).toBe('ops alice account.export {}')
    expect(await looks()).toHaveLength(4)
  })

  test('destroying wants the name; a dry run changes nothing', async () => {
    await platform.call('alice', 'bouncer.create', {}, { dryRun: true })
    expect((await platform.call('alice', 'bouncer.list')).items).toEqual([])
    await platform.call('alice', 'bouncer.create')
    expect(await code(platform.call('alice', 'bouncer.delete', { name: 'main' }))).toBe('confirmation_required')
    expect(await code(platform.call('alice', 'bouncer.delete', { name: 'main' }, { confirm: 'mane' }))).toBe(
      'confirmation_invalid',
    )
    expect(await platform.call('alice', 'bouncer.delete', { name: 'main' }, { dryRun: true })).toMatchObject({
      status: { phase: 'deleting' },
    })
    expect(await platform.call('alice', 'bouncer.show')).toMatchObject({ status: { phase: 'pending' } })
    expect(await platform.call('alice', 'bouncer.delete', { name: 'main' }, { confirm: 'main' })).toMatchObject({
      status: { phase: 'deleting' },
    })
    expect(await code(platform.call('alice', 'bouncer.create'))).toBe('conflict')
    expect(await code(platform.call('alice', 'bouncer.delete', { name: 'none' }))).toBe('not_found')
    expect(await platform.call('alice', 'password.create', { name: 'x' }, { dryRun: true })).toMatchObject({
      name: 'x',
      password: '(shown once)',
    })
  })

  test('an idempotency key answers once, and never with a secret again', async () => {
    const first = await platform.call('alice', 'password.create', { name: 'phone' }, { idempotencyKey: 'k1' })
    const again = await platform.call('alice', 'password.create', { name: 'phone' }, { idempotencyKey: 'k1' })
    expect(first.password).toMatch(/^ircn_app_[0-9a-z]{32}$/)
    expect(again).toEqual({ ...first, password: '(shown once)' })
    expect(await code(platform.call('alice', 'password.create', { name: 'pad' }, { idempotencyKey: 'k1' }))).toBe(
      'idempotency_mismatch',
    )
  })

  test('an idempotency key is for one request, also of an operator who acts for two members at once', async () => {
    const both = Promise.withResolvers<void>()
    let asked = 0
    const create = catalogue.find(({ name }) => name === 'paste.create')!
    const { id } = (await platform.runtime.read((store) => store.accounts.byName('ops')))!
    const transaction: typeof platform.runtime.transaction = (work) =>
      platform.runtime.transaction((store) => {
        const find: typeof store.idempotency.find = async (...words) => {
          const found = await store.idempotency.find(...words)
          asked += 1
          if (asked === 2) both.resolve()
          // Where transactions run at once, both have found nothing before either writes.
          await Promise.race([both.promise, delay(300)])
          return found
        }
        return work({ ...store, idempotency: { ...store.idempotency, find } })
      })
    const createFor = (as: string) =>
      run(
        { ...platform.runtime, transaction },
        create,
        { text: 'a text' },
        { accountId: id, via: 'http', scopes: ['*'], as },
        { idempotencyKey: 'k' },
      )
    const codes = await Promise.all(['alice', 'bob'].map((name) => code(createFor(name))))
    expect(codes.sort()).toEqual(['idempotency_mismatch', 'none'])
    const pastes = async (name: string) => (await platform.call(name, 'paste.list')).items.length
    expect((await pastes('alice')) + (await pastes('bob'))).toBe(1)
  })

  test('no secret reaches the audit or an answer', async () => {
    await platform.call('alice', 'bouncer.create')
    const upstream = await platform.call('alice', 'upstream.create', {
      name: 'libera',
      address: 'irc.libera.chat',
      saslUsername: 'alice',
      saslPassword: 'hunter2 hunter2',
    })
    const { password } = await platform.call('alice', 'password.create', { name: 'phone' })
    expect(upstream.sasl).toBe('plain')
    const kept = JSON.stringify([
      upstream,
      await platform.call('alice', 'audit.list'),
      await platform.call('alice', 'account.export'),
    ])
    expect(kept).not.toContain('hunter2')
    expect(kept).not.toContain(password)
  })

  test('an export has each line of the audit, however many there are', async () => {
    const { id } = (await platform.runtime.read((store) => store.accounts.byName('alice')))!
    await sql`insert into audit (at, actor_id, actor_name, via, operation, input)
      select now(), ${id}, 'alice', 'cli', 'account.update', '{}' from generate_series(1, 10001)`.execute(
      database.kysely,
    )
    expect((await platform.call('alice', 'account.export')).audit.length).toBeGreaterThan(10_000)
  })

  test('app passwords let in where they may, until they are revoked', async () => {
    await platform.call('alice', 'bouncer.create')
    const { password } = await platform.call('alice', 'password.create', { name: 'phone' })
    const { password: narrow } = await platform.call('alice', 'password.create', { name: 'net', scope: 'network' })
    const login = (service: 'bouncer' | 'network', username: string, given: string) =>
      platform.runtime.transaction((store) =>
        checkLogin(store, platform.keyring.key, service, { username, password: given, now: new Date() }),
      )
    expect(await login('bouncer', 'alice', password)).toBe('alice')
    expect(await login('bouncer', 'alice/libera@phone', password)).toBe('alice')
    expect(await login('network', 'ALICE', password)).toBe('alice')
    expect(await login('bouncer', 'bob', password)).toBeNull()
    expect(await login('bouncer', 'alice', narrow)).toBeNull()
    expect(await login('network', 'alice', narrow)).toBe('alice')
    expect(await login('network', 'NowServ', password)).toBeNull()
    const { id } = await platform.runtime.transaction(async (store) => (await store.bouncers.byUsername('alice'))!)
    const own = bouncerPassword(platform.keyring.key, id)
    expect(await login('network', 'alice', own)).toBe('alice')
    expect(await login('network', 'bob', own)).toBeNull()
    expect(await login('bouncer', 'alice', own)).toBeNull()
    await platform.call('ops', 'account.suspend', { name: 'alice', reason: 'spam' })
    expect(await login('bouncer', 'alice', password)).toBeNull()
    expect(await code(platform.call('alice', 'bouncer.list'))).toBe('suspended')
    await platform.call('ops', 'account.resume', { name: 'alice' })
    expect(await login('bouncer', 'alice', password)).toBe('alice')
    await platform.call('alice', 'password.revoke', { name: 'phone' }, { confirm: 'phone' })
    expect(await login('bouncer', 'alice', password)).toBeNull()
  })

  test('a new password ends open links of the account alone, and tells what still signs in', async () => {
    const { call, runtime } = platform
    const linkOf = async (name: string) => {
      const { link } = await call('ops', 'account.invite', { name })
      const hash = hashSecret(link.split('/').at(-1)!)
      return () => runtime.read(async (store) => (await store.links.find(hash)) !== undefined)
    }
    const [mine, another] = [await linkOf('alice'), await linkOf('bob')]
    expect(await call('alice', 'account.update', { displayName: 'A' })).not.toHaveProperty('appPasswords')
    await call('alice', 'account.update', { password: 'a long enough one' }, { dryRun: true })
    expect(await mine()).toBe(true)
    const bare = await call('alice', 'account.update', { password: 'a long enough one' })
    expect(bare).toMatchObject({ appPasswords: 0, accessTokens: 0 })
    expect(bare).not.toHaveProperty('next')
    expect([await mine(), await another()]).toEqual([false, true])
    await call('alice', 'password.create', { name: 'phone' })
    for (const name of ['ci', 'old']) await call('alice', 'token.create', { name, days: 1 })
    expect(await call('alice', 'account.update', { password: 'quite another one' })).toMatchObject({
      appPasswords: 1,
      accessTokens: 2,
      next: expect.stringContaining('“password list” and “token list”'),
    })
  })

  test('hostile text is refused or kept as it is, never an outage', async () => {
    await platform.call('alice', 'bouncer.create')
    const texts = [
      '',
      'a\r\nQUIT',
      'a\0b',
      '\u001b[2Jx',
      'x'.repeat(1_000_000),
      '\u202eevil',
      '\ud800',
      "'; drop table accounts; --",
      '{"$":1}',
    ]
    for (const text of texts) {
      for (const [operation, input] of [
        ['bouncer.update', { realname: text }],
        ['bouncer.update', { nick: text }],
        ['bouncer.create', { name: text }],
        ['upstream.create', { name: 'x', address: text }],
        ['upstream.create', { name: text, address: 'irc.example.org' }],
        ['upstream.update', { name: 'net.irc.now', channels: [text] }],
        ['account.update', { displayName: text }],
        ['account.update', { email: text }],
        ['password.create', { name: text }],
        ['token.create', { name: text, scopes: [text] }],
      ] as const) {
        const answer = await code(platform.call('alice', operation, input))
        expect([
          operation,
          text.slice(0, 20),
          ['none', 'invalid_input', 'name_taken', 'quota_reached'].includes(answer),
        ]).toEqual([operation, text.slice(0, 20), true])
        if (/[\r\n\0\u001b]/.test(text) || !text.isWellFormed())
          expect([operation, answer]).toEqual([operation, 'invalid_input'])
      }
    }
    expect(await code(platform.call('alice', 'bouncer.create', { name: 'x', unknown: 1 }))).toBe('invalid_input')
  })

  test('a bouncer is nowhere twice as the same nick', async () => {
    await platform.call('alice', 'bouncer.create')
    const add = (name: string, more: object = {}) =>
      platform.call('alice', 'upstream.create', { name, address: 'irc.example.org', ...more })
    await add('a')
    expect(await code(add('b'))).toBe('conflict')
    await add('b', { nick: 'other' })
    expect(await code(platform.call('alice', 'upstream.update', { name: 'b', nick: 'alice' }))).toBe('conflict')
    await platform.call('alice', 'upstream.update', { name: 'a', nick: 'alice', channels: ['#x'] })
  })

  test('upstreams of members stay outside the platform’s own network', async () => {
    await platform.call('alice', 'bouncer.create')
    for (const address of [
      '127.0.0.1',
      '10.1.2.3:6667',
      '[::1]:6697',
      'localhost',
      'irc+insecure://192.168.0.1',
      '[::ffff:127.0.0.1]',
      '169.254.169.254',
    ]) {
      expect([address, await code(platform.call('alice', 'upstream.create', { name: 'x', address }))]).toEqual([
        address,
        'not_allowed',
      ])
    }
  })

  test('a wake-up is heard after the commit, and only then', async () => {
    const heard: string[] = []
    const stop = await database.listen((payload) => heard.push(payload))
    await platform.call('alice', 'bouncer.create', {}, { dryRun: true })
    await platform.call('alice', 'bouncer.create')
    await expect.poll(() => heard.filter((payload) => payload.startsWith('reconcile bouncer/')).length).toBe(1)
    await stop()
  })
})
