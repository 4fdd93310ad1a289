import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { OperationError } from '../operation/errors.ts'
import { sandboxSecret } from '../platform/billing.ts'
import type { Database } from '../store/database.ts'
import type { Sandbox } from './payments.sandbox.ts'
import { reviewDue, syncStale } from './rounds.ts'
import { syncCustomer } from './sync.ts'
import { signWebhook } from './webhook-signature.ts'
import { receiveWebhook } from './webhooks.ts'

const day = 86_400_000
let database: Database
let platform: Awaited<ReturnType<typeof createTestPlatform>>
beforeAll(async () => {
  database = await openTestPglite()
  platform = await createTestPlatform(database)
})
afterAll(() => database?.close())

const key = () => randomBytes(8).toString('hex')
const bench = {
  payments: () => platform.runtime.billing.payments,
  sandbox: () => platform.runtime.billing.sandbox as Sandbox,
}

const clock = () => platform.runtime.read((store) => store.billing.now(new Date()))

async function customer(name: string): Promise<{ accountId: string; customerId: string }> {
  const accountId = await platform.member(name)
  const customerId = await bench.payments().createCustomer({ accountId, name, email: null }, key())
  await platform.runtime.transaction(async (store) => {
    await store.billing.open(accountId)
    await store.billing.change(accountId, { customer_id: customerId })
  })
  return { accountId, customerId }
}

/** What we keep of a customer, in the provider's own form. */
const kept = (accountId: string) =>
  platform.runtime.read(async (store) => ({
    disputed: (await store.billing.byAccount(accountId))!.disputed,
    subscriptions: (await store.billing.subscriptions(accountId)).map((one) => ({
      id: one.id,
      status: one.status,
      interval: one.billing_interval,
      createdAt: one.created_at,
      periodEnd: one.period_end,
      endsAt: one.ends_at,
      unpaidSince: one.unpaid_since,
      items: one.items.map(({ id, lookup_key, quantity }) => ({ id, lookupKey: lookup_key, quantity })),
    })),
  }))

const sorted = (state: { subscriptions: readonly { id: string; items: readonly { id: string }[] }[] }) => ({
  ...state,
  subscriptions: [...state.subscriptions]
    .map((one) => ({ ...one, items: [...one.items].sort((a, b) => (a.id < b.id ? -1 : 1)) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1)),
})

/** What one customer does next. */
const action = fc.record({
  who: fc.nat(11),
  what: fc.constantFrom('buy', 'buy', 'change', 'cancel', 'end', 'resume', 'card', 'dispute', 'pass', 'pass'),
  lookupKey: fc.constantFrom('pro_month_v1', 'bots_month_v1', 'network_starter_month_v1', 'pro_year_v1'),
  quantity: fc.integer({ min: 1, max: 4 }),
  card: fc.constantFrom('4242424242424242', '4000000000000341', '4000002500003155'),
  days: fc.constantFrom(1, 3, 8, 20),
})
type Action = typeof action extends fc.Arbitrary<infer A> ? A : never

async function act(customerId: string, { what, lookupKey, quantity, card, days }: Action): Promise<void> {
  const [payments, sandbox] = [bench.payments(), bench.sandbox()]
  const { subscriptions } = await payments.customer(customerId)
  const live = subscriptions.find(({ status }) => status === 'active' || status === 'past_due')
  const wanted = { customerId, items: [{ lookupKey, quantity }] }
  if (what === 'pass') await sandbox.advanceTo(new Date((await clock()).getTime() + days * day))
  else if (what === 'dispute') await sandbox.dispute(customerId, quantity % 2 === 0)
  else if (what === 'card')
    await sandbox.putCard((await payments.portal(customerId, 'http://x/')).split('/').at(-1)!, card)
  else if (what === 'buy')
    await sandbox.pay((await payments.checkout({ ...wanted, subscriptionId: null }, 'http://x/', key())).id, card, true)
  else if (!live) return
  else if (what === 'change') await payments.change({ ...wanted, subscriptionId: live.id, from: live.items }, key())
  else
    await payments.setEnd(
      customerId,
      live.id,
      what === 'end' ? 'now' : what === 'cancel' ? 'period_end' : 'never',
      key(),
    )
}

test('10,000 events shuffled, doubled, dropped and delayed end in exactly the state of a fresh reading', async () => {
  const people = await Promise.all(Array.from({ length: 12 }, (_, i) => customer(`shuffled${i}`)))
  const secret = sandboxSecret(platform.keyring.key)
  let random = 1
  const chance = (limit: number) => {
    random = (random * 48271) % 2147483647
    return random % limit
  }
  let sent = 0
  let late: string[] = []
  async function deliver(bodies: string[]): Promise<void> {
    const at = Math.floor(Date.now() / 1000)
    const settled = await Promise.all(
      bodies.map((body) => receiveWebhook(platform.runtime, body, signWebhook(body, secret, at))),
    )
    sent += bodies.length
    await Promise.all(settled.map((one) => one.settled))
  }
  let seen = 0
  for (const round of fc.sample(fc.array(action, { minLength: 60, maxLength: 60 }), { numRuns: 12, seed: 7 })) {
    for (const one of round) await act(people[one.who]!.customerId, one).catch(ignoreRefusal)
    const events = (await platform.runtime.read((store) => store.sandbox.all())).map(({ body }) => body)
    const fresh = events.slice(seen)
    seen = events.length
    // Each is sent none to four times, in no order; some much later, when they are long outdated.
    const copies = [...late, ...fresh].flatMap((body) => Array.from({ length: chance(5) }, () => body))
    late = [...fresh.filter(() => chance(3) === 0), ...events.filter(() => chance(4) === 0)]
    for (let i = copies.length - 1; i > 0; i -= 1) {
      const j = chance(i + 1)
      ;[copies[i], copies[j]] = [copies[j]!, copies[i]!]
    }
    for (let i = 0; i < copies.length; i += 200) await deliver(copies.slice(i, i + 200))
  }
  const everything = (await platform.runtime.read((store) => store.sandbox.all())).map(({ body }) => body)
  while (sent < 10_000) await deliver(everything.toReversed().slice(0, 500))
  // What was dropped altogether is made good by the night’s sweep, and by nothing else.
  const deps = {
    ...platform.runtime,
    putClaims: async () => undefined,
    problem: (error: unknown) => expect.fail(String(error)),
  }
  expect(await syncStale(deps, new Date(Date.now() + day))).toBe(people.length)
  for (const { accountId, customerId } of people) {
    const state = await bench.payments().customer(customerId)
    expect(sorted(await kept(accountId))).toEqual(sorted(state))
  }
  expect(
    new Set(
      (await Promise.all(people.map(({ customerId }) => bench.payments().customer(customerId)))).flatMap(
        ({ subscriptions }) => subscriptions.map(({ status }) => status),
      ),
    ).size,
  ).toBeGreaterThan(1)
})

function ignoreRefusal(error: { code?: string }): void {
  if (error.code !== 'conflict' && error.code !== 'payment_failed') throw error
}

test('a reading that another has overtaken is not written', async () => {
  const { accountId, customerId } = await customer('overtaken')
  const [payments, sandbox] = [bench.payments(), bench.sandbox()]
  const buy = async () => {
    const items = [{ lookupKey: 'bots_month_v1', quantity: 1 }]
    const { id } = await payments.checkout({ customerId, subscriptionId: null, items }, 'http://x/', key())
    await sandbox.pay(id, '4242424242424242', false)
  }
  await buy()
  let first = true
  const slow = {
    ...platform.runtime,
    payments: {
      checkoutState: payments.checkoutState,
      async customer(id: string) {
        const state = await payments.customer(id)
        if (first) {
          first = false
          await buy()
          await platform.runtime.billing.sync(customerId)
        }
        return state
      },
    },
  }
  await syncCustomer(slow, customerId)
  expect((await kept(accountId)).subscriptions).toHaveLength(2)
})

test('one customer whom the provider refuses keeps nobody else from being read; an outage ends the round', async () => {
  const people = [await customer('refused'), await customer('read')]
  const asked: string[] = []
  const problems: string[] = []
  const depsOf = (code: 'conflict' | 'unavailable') => ({
    ...platform.runtime,
    billing: {
      ...platform.runtime.billing,
      sync: async (id: string) => {
        asked.push(id)
        throw new OperationError(code, 'no')
      },
    },
    putClaims: async () => undefined,
    problem: (_error: unknown, what: string) => problems.push(what),
  })
  await syncStale(depsOf('conflict'), new Date(Date.now() + day))
  expect(asked).toEqual(expect.arrayContaining(people.map(({ customerId }) => customerId)))
  asked.length = 0
  // They are put off; a day later they come again.
  const later = { ...depsOf('unavailable'), now: () => new Date(Date.now() + day) }
  await syncStale(later, new Date(Date.now() + day))
  expect(asked).toHaveLength(1)
})

test('one account that can’t be reviewed does not end the round', async () => {
  const people = [await customer('throws'), await customer('follows')]
  await platform.runtime.transaction(async (store) => {
    for (const { accountId } of people) await store.billing.change(accountId, { review_at: new Date(0) })
  })
  await platform.runtime.transaction((store) => store.billing.change(people[0]!.accountId, { told: 'no JSON' }))
  const problems: string[] = []
  const problem = (_error: unknown, what: string) => problems.push(what)
  await reviewDue({ ...platform.runtime, problem })
  expect(problems).toEqual(['an account could not be reviewed'])
  const row = await platform.runtime.read((store) => store.billing.byAccount(people[1]!.accountId))
  expect(row!.review_at).toBeNull()
})

test('more customers than a round takes, refused for ever, keep nobody waiting; they are tried again, ever more seldom', async () => {
  const refused = await Promise.all(Array.from({ length: 105 }, (_, i) => customer(`refused${i}`)))
  const { accountId, customerId } = await customer('patient')
  const known = new Set(refused.map((one) => one.customerId))
  // The others have been read just now; the refused ones are the oldest of all.
  const at = Date.now()
  await platform.runtime.transaction(async (store) => {
    for (const row of await store.billing.stale(new Date(at + 9 * day), new Date(at + 9 * day), 1000))
      await store.billing.change(row.account_id, { synced_at: new Date(at + 9 * day) })
    for (const one of refused) await store.billing.change(one.accountId, { synced_at: new Date(0) })
    await store.billing.change(accountId, { synced_at: new Date(1) })
  })
  const failures: { readonly attempts: number; readonly nextAt: Date }[] = []
  let now = at
  const deps = {
    ...platform.runtime,
    now: () => new Date(now),
    billing: {
      ...platform.runtime.billing,
      sync: async (id: string) => {
        if (known.has(id)) throw new OperationError('conflict', 'no')
        await platform.runtime.billing.sync(id)
      },
    },
    putClaims: async () => undefined,
    problem: (_error: unknown, _what: string, whom?: { attempts: number; nextAt: Date }) => failures.push(whom!),
  }
  const round = () => syncStale(deps, new Date(2))
  expect([await round(), await round(), await round()]).toEqual([100, 6, 0])
  expect(
    (await platform.runtime.read((store) => store.billing.byAccount(accountId)))!.synced_at!.getTime(),
  ).toBeGreaterThan(1)
  expect([customerId, failures.length]).toEqual([customerId, 105])
  now += 60_001
  expect([await round(), await round(), await round()]).toEqual([100, 5, 0])
  expect(failures.slice(105).map(({ attempts, nextAt }) => [attempts, nextAt.getTime() - now])).toEqual(
    Array.from({ length: 105 }, () => [2, 120_000]),
  )
  // Read at last, it is as if nothing had been.
  known.clear()
  now += 120_001
  expect([await round(), await round(), await round()]).toEqual([100, 5, 0])
  expect(failures).toHaveLength(210)
  known.add(refused[0]!.customerId)
  await platform.runtime.transaction((store) => store.billing.change(refused[0]!.accountId, { synced_at: new Date(0) }))
  await round()
  expect(failures.at(-1)).toMatchObject({ attempts: 1 })
})

test('more accounts than a round takes, none of which can be reviewed, keep nobody waiting', async () => {
  const broken = await Promise.all(Array.from({ length: 105 }, (_, i) => customer(`broken${i}`)))
  const { accountId } = await customer('whole')
  await platform.runtime.transaction(async (store) => {
    for (const one of broken) await store.billing.change(one.accountId, { review_at: new Date(0), told: 'no JSON' })
    await store.billing.change(accountId, { review_at: new Date(1) })
  })
  const problems: string[] = []
  const problem = (_error: unknown, what: string) => problems.push(what)
  const deps = { ...platform.runtime, putClaims: async () => undefined, problem }
  const reviewAt = async () => (await platform.runtime.read((store) => store.billing.byAccount(accountId)))!.review_at
  await reviewDue(deps)
  expect(await reviewAt()).toEqual(new Date(1))
  await reviewDue(deps)
  expect(await reviewAt()).toBeNull()
  expect(problems).toHaveLength(105)
  await reviewDue(deps)
  expect(problems).toHaveLength(105)
  await reviewDue({ ...deps, now: () => new Date(Date.now() + 61_000) })
  expect(problems).toHaveLength(205)
})
