import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { catalogue } from '../catalogue.ts'
import { run } from '../operation/run.ts'
import type { Database } from '../store/database.ts'
import { checkLogin } from './check-login.ts'
import { createOidcAdapter } from './oidc-adapter.ts'

onBothDatabases('accounts at once', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  beforeAll(async () => {
    database = await open()
    platform = await createTestPlatform(database)
  })
  afterAll(() => database?.close())

  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'none',
      (error) => error.code,
    )
  /** Runs as an account of that name. */
  const as = async (name: string, operation: string, input: object = {}, confirm?: string) => {
    const { id } = (await platform.runtime.read((store) => store.accounts.byName(name)))!
    return platform.call('ops', operation, input, { accountId: id, ...(confirm ? { confirm } : {}) })
  }

  test('of two operators who delete themselves one stays; and none does while the other is suspended', async () => {
    await platform.call('ops', 'account.create', { name: 'second', role: 'ops' })
    await platform.call('ops', 'account.suspend', { name: 'second' })
    expect(await code(as('ops', 'account.delete', {}, 'ops'))).toBe('conflict')
    await platform.call('ops', 'account.resume', { name: 'second' })
    const both = [as('ops', 'account.delete', {}, 'ops'), as('second', 'account.delete', {}, 'second')].map(code)
    expect((await Promise.all(both)).sort()).toEqual(['conflict', 'none'])
  })

  test('an app password that is revoked while somebody signs in with it lets nobody in', async () => {
    const id = await platform.member('phone')
    const { password } = await platform.call('phone', 'password.create', { name: 'phone' })
    const login = { username: 'phone', password, now: new Date() }
    const check = () =>
      platform.runtime.transaction((store) => checkLogin(store, platform.keyring.key, 'network', login))
    expect(await check()).toBe('phone')
    const deleted = Promise.withResolvers<void>()
    const revoked = platform.runtime.transaction(async (store) => {
      const row = (await store.passwords.byName(id, 'phone'))!
      await store.passwords.delete(row.id)
      deleted.resolve()
      // Meanwhile it is read by who signs in, where transactions run at once.
      await delay(300)
    })
    await deleted.promise
    expect(await check()).toBe(null)
    await revoked
  })

  test('of two links that operators make at once for a member one works', async () => {
    const id = await platform.member('invited')
    const operators = async () =>
      (await platform.runtime.read((store) => store.accounts.list())).filter(
        ({ role, deleted_at }) => role === 'ops' && !deleted_at,
      )
    const [one] = await operators()
    await as(one!.name, 'account.create', { name: 'third', role: 'ops' })
    const invite = catalogue.find(({ name }) => name === 'account.invite')!
    const transaction: typeof platform.runtime.transaction = (work) =>
      platform.runtime.transaction((store) => {
        const deleteOf: typeof store.links.deleteOf = async (...words) => {
          const deleted = await store.links.deleteOf(...words)
          await delay(200)
          return deleted
        }
        return work({ ...store, links: { ...store.links, deleteOf } })
      })
    await Promise.all(
      (await operators()).map(({ id: accountId }) =>
        run(
          { ...platform.runtime, transaction },
          invite,
          { name: 'invited' },
          { accountId, via: 'http', scopes: ['*'] },
        ),
      ),
    )
    const open = await database.kysely.selectFrom('one_time_links').where('account_id', '=', id).selectAll().execute()
    expect(open).toHaveLength(1)
    expect((await operators()).length).toBeGreaterThan(1)
  })

  test('a code, and a refresh token, can be used by one of those who try at once', async () => {
    const adapter = createOidcAdapter(platform.runtime, platform.keyring)('RefreshToken')
    const exp = Math.floor(Date.now() / 1000) + 600
    await adapter.upsert('token', { exp, kind: 'RefreshToken' }, 600)
    const tries = await Promise.allSettled(Array.from({ length: 8 }, () => adapter.consume('token')))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const one of tries) if (one.status === 'rejected') expect(one.reason).toMatchObject({ error: 'invalid_grant' })
    expect(await adapter.find('token')).toMatchObject({ consumed: expect.any(Number) })
  })

  test('what a sign-in from before a new password writes back after it signs nobody in', async () => {
    const accountId = await platform.member('carol')
    const now = Math.floor(Date.now() / 1000)
    const session = createOidcAdapter(platform.runtime, platform.keyring)('Session')
    const tokens = createOidcAdapter(platform.runtime, platform.keyring)('RefreshToken')
    const writeBack = async (at: number) => {
      await session.upsert('session', { accountId, uid: 'uid', loginTs: at }, 600)
      await tokens.upsert('token', { accountId, authTime: at }, 600)
    }
    const found = async () => [
      await session.find('session'),
      await session.findByUid('uid'),
      await tokens.find('token'),
    ]
    await writeBack(now - 60)
    expect((await found()).every((one) => one !== undefined)).toBe(true)
    await platform.call('carol', 'account.update', { password: 'a new password' })
    const changed = Math.floor(Date.now() / 1000)
    await writeBack(now - 60)
    expect(await found()).toEqual([undefined, undefined, undefined])
    // Who signs in with it does.
    await writeBack(changed + 1)
    expect((await found()).every((one) => one !== undefined)).toBe(true)
  })

  test('a try that was begun before another, and counted after it, is not taken for one that must wait', async () => {
    const rule = { key: 'sign-up/address 127.0.0.1', free: 3, longestMs: 60_000 }
    const began = Date.now()
    const take = (ms: number) =>
      platform.runtime.transaction((store) => store.throttles.take([rule], new Date(began + ms)))
    expect([await take(20), await take(0)]).toEqual([0, 0])
    await platform.runtime.transaction((store) => store.throttles.giveBack(rule.key, new Date(began + 40)))
    expect([await take(30), await take(50)]).toEqual([0, 0])
    expect(await take(50)).toBeGreaterThan(0)
  })
})
