import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { paymentsSetting } from '../billing/belonging.ts'
import { entitlementsIn } from '../billing/entitlements-in.ts'
import type { Payments } from '../billing/payments.port.ts'
import { reviewDue } from '../billing/rounds.ts'
import { upgradeBilling } from '../billing/upgrade.ts'
import { run } from '../operation/run.ts'
import type { Database } from '../store/database.ts'
import { openSandboxBilling, openStripeBilling, samePayments } from './billing.ts'

onBothDatabases('whose payments a database has', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  let server: Server
  /** Whose key Stripe takes ours for; null is that it is away. */
  let account: string | null = 'acct_1'
  let said: unknown[] = []
  const log = { warn: (...words: unknown[]) => said.push(words), error: (...words: unknown[]) => said.push(words) }

  beforeEach(async () => {
    ;[account, said] = ['acct_1', []]
    database = await open()
    platform = await createTestPlatform(database)
    server = createServer((request, response) => {
      const body =
        account === null
          ? { error: { type: 'api_error', message: 'away' } }
          : request.url === '/v1/account'
            ? { id: account, object: 'account' }
            : { object: 'list', data: [] }
      response.writeHead(account === null ? 503 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    })
    await once(server.listen(0, '127.0.0.1'), 'listening')
  })
  afterEach(async () => {
    server.close()
    await database.close()
  })

  const stripe = async (mode = 'live') => {
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const options = { secretKey: `sk_${mode}_x`, webhookSecrets: ['whsec_x'], apiUrl }
    return (await openStripeBilling(options, log))(platform.runtime)
  }
  const sandbox = () => platform.runtime.billing.sandbox!
  async function pro(name: string): Promise<string> {
    const id = await platform.member(name)
    const { url } = await platform.call(name, 'billing.upgrade', { plan: 'pro' })
    await sandbox().pay(url.split('/').at(-1), '4242424242424242', false)
    await platform.runtime.billing.sync((await rowOf(id)).customer_id!)
    return id
  }
  const rowOf = async (id: string) => (await platform.runtime.read((store) => store.billing.byAccount(id)))!
  const forgetPlace = () => database.kysely.deleteFrom('settings').where('key', '=', paymentsSetting).execute()
  const planOf = (id: string) =>
    platform.runtime.read(async (store) => (await entitlementsIn(store, { id, plan: '' }, new Date())).plan)

  test('from the sandbox to Stripe: what was sold is gone with its clock, members are looked at, and it is said', async () => {
    const id = await pro('alice')
    await sandbox().advanceTo(new Date(Date.now() + 20 * 86_400_000))
    expect(await planOf(id)).toBe('pro')
    const billing = await stripe()
    await samePayments(billing, log)
    expect(said).toEqual([[{ members: 1, place: 'stripe live acct_1' }, expect.stringContaining('from now on')]])
    expect(await planOf(id)).toBe('free')
    expect((await platform.call('alice', 'account.show')).plan).toBe('pro')
    const problem = (error: unknown) => expect.fail(String(error))
    await reviewDue({ ...platform.runtime, problem })
    expect((await platform.call('alice', 'account.show')).plan).toBe('free')
    expect(await rowOf(id)).toMatchObject({ customer_id: null, checkout_id: null, review_at: null })
    await platform.runtime.read(async (store) => {
      expect(await store.sandbox.ids()).toEqual([])
      expect(await store.settings.get('sandbox-clock')).toBeUndefined()
    })
    const types = (await platform.runtime.read((store) => store.events.after(id, '0'))).map(({ type }) => type)
    expect(types).toContain('billing.ended')
    // A process that still runs the sandbox sells nothing any more, and none can be started.
    await expect(platform.call('alice', 'billing.upgrade', { plan: 'pro' })).rejects.toMatchObject({
      code: 'unavailable',
    })
    await expect(sandbox().advanceTo(new Date())).rejects.toMatchObject({ code: 'unavailable' })
    const again = openSandboxBilling(platform.runtime, platform.keyring.key)
    await expect(samePayments(again, log)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/Stripe’s, of the account acct_1 \(live\); set STRIPE_API_KEY/),
    })
    // Once it is so, nothing more is lost by it.
    await platform.runtime.transaction((store) => store.billing.change(id, { customer_id: 'cus_1' }))
    await samePayments(await stripe(), log)
    expect(await rowOf(id)).toMatchObject({ customer_id: 'cus_1' })
  })

  test('a sandbox’s database from before that was written down is known by its customers', async () => {
    const id = await pro('carol')
    await sandbox().advanceTo(new Date(Date.now() + 20 * 86_400_000))
    await forgetPlace()
    await samePayments(await stripe(), log)
    expect(said).toEqual([[{ members: 1, place: 'stripe live acct_1' }, expect.stringContaining('from now on')]])
    expect(await planOf(id)).toBe('free')
    expect(await rowOf(id)).toMatchObject({ customer_id: null })
    await platform.runtime.read(async (store) => {
      expect(await store.sandbox.ids()).toEqual([])
      expect(await store.settings.get('sandbox-clock')).toBeUndefined()
    })
    // Of one that has none, Stripe's customers stay.
    await platform.runtime.transaction((store) => store.billing.change(id, { customer_id: 'cus_1' }))
    await forgetPlace()
    await samePayments(await stripe(), log)
    expect(await rowOf(id)).toMatchObject({ customer_id: 'cus_1' })
  })

  test('a customer whom the sandbox has opened just before is not kept for Stripe', async () => {
    const id = await platform.member('dave')
    const { payments } = platform.runtime.billing
    const late: Payments['createCustomer'] = async (...words) => {
      const customer = await payments.createCustomer(...words)
      await samePayments(await stripe(), log)
      return customer
    }
    const billing = { ...platform.runtime.billing, payments: { ...payments, createCustomer: late } }
    const caller = { accountId: id, via: 'http' as const, scopes: ['*'] }
    await expect(run({ ...platform.runtime, billing }, upgradeBilling, { plan: 'pro' }, caller)).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('the operators look at STRIPE_API_KEY'),
    })
    expect((await platform.runtime.read((store) => store.billing.byAccount(id)))?.customer_id ?? null).toBeNull()
  })

  test('a key of another account or mode is refused', async () => {
    await samePayments(await stripe(), log)
    expect(said).toEqual([])
    account = 'acct_2'
    await expect(samePayments(await stripe(), log)).rejects.toMatchObject({
      code: 'conflict',
      message:
        'STRIPE_API_KEY is of acct_2 (live), but this database’s payments are of acct_1 (live); set it to a key of that account and mode.',
    })
    account = null
    await expect(samePayments(await stripe('test'), log)).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('Stripe’s test mode'),
    })
  })

  test('with Stripe away it starts, and whose it is is asked before anything is read', async () => {
    await samePayments(await stripe(), log)
    const id = await platform.member('bob')
    await platform.runtime.transaction(async (store) => {
      await store.billing.open(id)
      await store.billing.change(id, { customer_id: 'cus_1' })
      await store.billing.setOverride({
        ...{ account_id: id, name: 'pro', value: 1, reason: 'x', ends_at: null },
        ...{ created_by: 'ops', created_at: new Date() },
      })
    })
    account = null
    const billing = await stripe()
    await samePayments(billing, log)
    expect(said).toEqual([[expect.anything(), expect.stringContaining('could not be asked')]])
    await expect(billing.sync('cus_1')).rejects.toMatchObject({ code: 'unavailable' })
    account = 'acct_2'
    await expect(billing.sync('cus_1')).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('the operators look at STRIPE_API_KEY'),
    })
    expect((await rowOf(id)).synced_at).toBeNull()
    account = 'acct_1'
    await billing.sync('cus_1')
    expect((await rowOf(id)).synced_at).not.toBeNull()
  })
})
