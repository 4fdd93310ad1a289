import { setImmediate as tick } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { createEmbeddedClaims } from '../accounts/identity.embedded.ts'
import { catalogue } from '../catalogue.ts'
import { OperationError } from '../operation/errors.ts'
import { run } from '../operation/run.ts'
import type { Runtime } from '../operation/runtime.ts'
import type { Database } from '../store/database.ts'
import { changedMeanwhile, sameItems } from './bought.ts'
import { queueClaims } from './outbox.ts'
import type { Payments } from './payments.port.ts'
import { createSandbox } from './payments.sandbox.ts'
import { allPrices } from './plans.ts'
import { createSyncer } from './sync.ts'

onBothDatabases('bought at once', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  let random = 1
  /** Another order of everything each time, and the same ones in each run. */
  const pause = async () => {
    random = (random * 48271) % 2147483647
    for (let left = random % 9; left > 0; left -= 1) await tick()
  }

  beforeEach(async () => {
    database = await open()
    platform = await createTestPlatform(database)
    random = 1
  })
  afterEach(() => database.close())

  /** The sandbox, as one that can only be asked what there is, and then be told what there is to be. */
  const inTwoSteps = (payments: Payments, done = new Set<string>()): Payments => ({
    ...payments,
    async change(change, key) {
      const there = async () => (await payments.customer(change.customerId)).subscriptions[0]!.items
      if (!done.has(key) && !sameItems(await there(), change.from)) throw changedMeanwhile()
      await pause()
      await payments.change({ ...change, from: await there() }, key)
      done.add(key)
    },
  })

  function shaken(payments: Payments): Runtime {
    const { runtime } = platform
    const read: Runtime['read'] = async (work) => {
      await pause()
      return runtime.read(work)
    }
    const transaction: Runtime['transaction'] = async (work) => {
      await pause()
      return runtime.transaction(work)
    }
    const shaking = { ...runtime, read, transaction }
    return { ...shaking, billing: { ...runtime.billing, payments, sync: createSyncer({ ...shaking, payments }) } }
  }

  async function subscriber(name: string): Promise<string> {
    const id = await platform.member(name)
    const { url } = await platform.call(name, 'billing.upgrade', { plan: 'pro' })
    await platform.runtime.billing.sandbox!.pay(url.split('/').at(-1), '4242424242424242', false)
    await platform.call(name, 'billing.upgrade', { plan: 'pro' })
    return id
  }
  const centsOf = new Map(allPrices().map(({ price }) => [price.lookupKey, price.cents]))

  test.each([
    ['in one step', (payments: Payments) => payments],
    ['in two steps', inTwoSteps],
  ])('each has what it was charged for, or a conflict, at a provider that changes %s', async (_how, provider) => {
    const add = catalogue.find(({ name }) => name === 'billing.addon.add')!
    const seen = new Set<string>()
    for (let round = 0; round < 12; round += 1) {
      const id = await subscriber(`many${round}`)
      // As many processes, which share nothing but the database and the provider.
      const payments = provider(platform.runtime.billing.payments)
      // The last one is the first, tried again.
      const tries = [
        ['bots', 'a'],
        ['log-search', 'b'],
        ['bots', 'c'],
        ['bots', 'a'],
      ].map(([name, key]) =>
        run(
          shaken(payments),
          add,
          { name },
          { accountId: id, via: 'http', scopes: ['*'] },
          { idempotencyKey: `${key} ${round}`, confirm: '100' },
        ).then(
          () => 'bought',
          (error) => (error instanceof OperationError ? error.code : Promise.reject(error)),
        ),
      )
      const answers = await Promise.all(tries)
      seen.add(answers.join())
      const { customer_id } = (await platform.runtime.read((store) => store.billing.byAccount(id)))!
      const items = (await payments.customer(customer_id!)).subscriptions[0]!.items
      const held = (lookupKey: string) => items.find((one) => one.lookupKey === lookupKey)?.quantity ?? 0
      for (const answer of answers) expect(['bought', 'conflict']).toContain(answer)
      const [bots, search, others, again] = answers
      const both = [bots, again].includes('bought')
      expect(answers).toContain('bought')
      expect(held('bots_month_v1')).toBe(Number(both) + Number(others === 'bought'))
      expect(held('log_search_month_v1')).toBe(Number(search === 'bought'))
      const charged = (await payments.invoices(customer_id!)).reduce((sum, { cents }) => sum + cents, 0)
      expect(charged).toBe(items.reduce((sum, one) => sum + centsOf.get(one.lookupKey)! * one.quantity, 0))
    }
    // Which of them is first is not always the same.
    expect(seen.size).toBeGreaterThan(1)
  })

  test('what another has bought meanwhile is not taken for one’s own', async () => {
    const id = await subscriber('twin')
    const { payments } = platform.runtime.billing
    const { customer_id } = (await platform.runtime.read((store) => store.billing.byAccount(id)))!
    const { id: subscriptionId, items: from } = (await payments.customer(customer_id!)).subscriptions[0]!
    const items = [...from, { lookupKey: 'bots_month_v1', quantity: 1 }]
    const change = { customerId: customer_id!, subscriptionId, from, items }
    await payments.change(change, 'a')
    await expect(payments.change(change, 'b')).rejects.toMatchObject({ code: 'conflict' })
    await payments.change(change, 'a')
    expect(await payments.invoices(customer_id!)).toHaveLength(2)
  })

  test('a customer who is made twice keeps what they have begun meanwhile', async () => {
    const { transaction, billing } = platform.runtime
    // Whose the payments are is written down by the first.
    await billing.payments.createCustomer({ accountId: 'b', name: 'b', email: null }, 'another')
    const made = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    let slow = true
    /** The first of them has looked, and writes only when the other has begun something; where transactions run at once. */
    const slowed: typeof transaction = (work) =>
      transaction(async (store) => {
        if (!slow || database.kind === 'pglite') return work(store)
        slow = false
        const wait = async () => {
          made.resolve()
          await begun.promise
        }
        const customer = async (id: string) => {
          const found = await store.sandbox.customer(id)
          await wait()
          return found
        }
        const add = async (one: Parameters<typeof store.sandbox.add>[0]) => {
          await wait()
          return store.sandbox.add(one)
        }
        return work({ ...store, sandbox: { ...store.sandbox, customer, add } })
      })
    const { payments } = createSandbox({
      runtime: { ...platform.runtime, transaction: slowed },
      httpUrl: () => '',
      secret: 'whsec_',
    })
    const create = () => payments.createCustomer({ accountId: 'a', name: 'a', email: null }, 'twice')
    const first = create()
    if (database.kind === 'postgresql') await made.promise
    const customerId = await create()
    const items = [{ lookupKey: 'pro_month_v1', quantity: 1 }]
    const page = await payments.checkout({ customerId, subscriptionId: null, items }, 'http://127.0.0.1/', 'page')
    begun.resolve()
    expect(await first).toBe(customerId)
    expect(await payments.checkoutState(page.id)).toBe('open')
  })

  test('an account that is gone by the time its customer is made buys nothing, and is told so', async () => {
    const id = await platform.member('going')
    const { payments } = platform.runtime.billing
    const late: Payments = {
      ...payments,
      async createCustomer(...words) {
        const customerId = await payments.createCustomer(...words)
        await platform.runtime.transaction((store) => store.accounts.purge(id))
        return customerId
      },
    }
    const upgrade = catalogue.find(({ name }) => name === 'billing.upgrade')!
    const billing = { ...platform.runtime.billing, payments: late }
    const caller = { accountId: id, via: 'http', scopes: ['*'] } as const
    const bought = run({ ...platform.runtime, billing }, upgrade, { plan: 'pro' }, caller)
    await expect(bought).rejects.toMatchObject({ code: 'not_found' })
  })

  test('claims that are told while others are put in their place are put all the same', async () => {
    const id = await platform.member('told')
    const claims = (plan: string) => ({ plan, stripeCustomerId: null, contentExpires: true })
    const tellThem = createEmbeddedClaims(platform.runtime)
    await tellThem.putClaims(id, claims('pro'))
    const { transaction, read } = platform.runtime
    await transaction((store) => queueClaims(store, id, new Date(), claims('free')))
    let told = false
    const thenTell = async <T>(answer: Promise<T>): Promise<T> => {
      const found = await answer
      if (told) return found
      told = true
      const [row] = await read((store) => store.outbox.due(new Date(), 10))
      await tellThem.putClaims(id, claims('free'))
      await transaction((store) => store.outbox.done(row!))
      return found
    }
    await read((store) => {
      const { claims: known, pending } = store.outbox
      const outbox: typeof store.outbox = {
        ...store.outbox,
        claims: (key) => thenTell(known(key)),
        pending: (kind, key) => thenTell(pending(kind, key)),
      }
      return queueClaims({ ...store, outbox }, id, new Date(), claims('pro'))
    })
    const pending = await read((store) => store.outbox.pending('claims', id))
    expect(JSON.parse(pending?.payload ?? 'null')).toEqual(claims('pro'))
  })
})
