import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type BillingFacts, entitlements, type SubscriptionFacts } from './entitlements.ts'
import { heldOf } from './held.ts'
import { graceMs, subscriptionStatuses } from './lifecycle.ts'
import { addonNames, allPrices, limitNames, offerOf, planNames, priceOf } from './plans.ts'

const now = new Date('2026-02-28T12:00:00Z')
const day = 86_400_000
const at = (ms: number) => new Date(now.getTime() + ms)

const item = fc.record({ offer: fc.constantFrom(...planNames, ...addonNames, 'unknown'), quantity: fc.nat(5) })
const subscription: fc.Arbitrary<SubscriptionFacts> = fc.record({
  status: fc.constantFrom(...subscriptionStatuses),
  unpaidSince: fc.option(fc.integer({ min: -40 * day, max: 0 }).map(at)),
  items: fc.array(item, { maxLength: 4 }),
})
const override = fc.record({
  name: fc.constantFrom(...limitNames, ...planNames, ...addonNames),
  value: fc.option(fc.nat(9)),
  reason: fc.constant('a reason'),
  endsAt: fc.option(fc.integer({ min: -9 * day, max: 9 * day }).map(at)),
})
const held = fc.record({
  since: fc.integer({ min: -40 * day, max: 0 }).map(at),
  standing: fc.constantFrom('full' as const, 'grace' as const, 'restricted' as const, 'none' as const),
  items: fc.uniqueArray(item, { maxLength: 3, selector: ({ offer }) => offer }),
})
const anyFacts: fc.Arbitrary<BillingFacts> = fc.record({
  ops: fc.boolean(),
  subscriptions: fc.array(subscription, { maxLength: 3 }),
  overrides: fc.array(override, { maxLength: 3 }),
  disputed: fc.boolean(),
  held: fc.option(held),
})
const none: BillingFacts = { ops: false, subscriptions: [], overrides: [], disputed: false, held: null }
const paying = (...items: SubscriptionFacts['items']): BillingFacts => ({
  ...none,
  subscriptions: [{ status: 'active', unpaidSince: null, items }],
})
const atLeast = (one: number | null, other: number | null) => one === null || (other !== null && one >= other)
const values = (facts: BillingFacts, when = now) =>
  limitNames.map((name) => entitlements(facts, when).limits[name].value)

describe('entitlements', () => {
  test('every limit has a value that is no nonsense, and a reason', () => {
    fc.assert(
      fc.property(anyFacts, (facts) => {
        const { limits, plan } = entitlements(facts, now)
        expect(['free', 'pro', 'ops']).toContain(plan)
        for (const name of limitNames) {
          expect(limits[name].why).not.toBe('')
          const { value } = limits[name]
          if (value !== null) expect(Number.isSafeInteger(value) && value >= 0).toBe(true)
        }
      }),
    )
  })

  test('one more thing that is paid for takes nothing away', () => {
    fc.assert(
      fc.property(anyFacts, item, (facts, more) => {
        const extended = { ...facts, subscriptions: [...facts.subscriptions, paying(more).subscriptions[0]!] }
        const [before, after] = [values(facts), values(extended)]
        for (const i of before.keys()) expect(atLeast(after[i]!, before[i]!)).toBe(true)
      }),
    )
  })

  test('the order of subscriptions and of their items does not matter, nor over how many they are spread', () => {
    fc.assert(
      fc.property(fc.array(item, { maxLength: 6 }), fc.nat(6), (items, cut) => {
        const spread = {
          ...none,
          subscriptions: [items.slice(cut).toReversed(), items.slice(0, cut)].map((part) => ({
            status: 'active' as const,
            unpaidSince: null,
            items: part,
          })),
        }
        expect(values(spread)).toEqual(values(paying(...items)))
      }),
    )
  })

  test('what is canceled, unpaid, paused or has not begun gives what Free gives', () => {
    fc.assert(
      fc.property(
        fc.array(item),
        fc.constantFrom('canceled', 'unpaid', 'incomplete', 'incomplete_expired', 'paused'),
        (items, status) => {
          const facts = { ...none, subscriptions: [{ status: status as 'canceled', unpaidSince: null, items }] }
          expect({ ...entitlements(facts, now) }).toEqual(entitlements(none, now))
        },
      ),
    )
  })

  test('who owes us keeps everything until the very end of the grace period, and then nothing of it', () => {
    fc.assert(
      fc.property(fc.array(item), fc.integer({ min: 0, max: 2 * graceMs }), (items, late) => {
        const facts = { ...none, subscriptions: [{ status: 'past_due' as const, unpaidSince: at(-late), items }] }
        const { standing, changesAt } = entitlements(facts, now)
        expect(values(facts)).toEqual(values(late < graceMs ? paying(...items) : none))
        expect(standing).toBe(late < graceMs ? 'grace' : 'restricted')
        expect(changesAt).toEqual(late < graceMs ? at(graceMs - late) : null)
      }),
    )
  })

  test('nothing changes before changesAt', () => {
    fc.assert(
      fc.property(anyFacts, fc.integer({ min: 0, max: 60 * day }), (facts, later) => {
        const before = entitlements(facts, now)
        const then = at(later)
        if (before.changesAt === null || then < before.changesAt) expect(entitlements(facts, then)).toEqual(before)
      }),
    )
  })

  test('while a payment is disputed nothing is taken away, whatever becomes of the rest, and nothing new is granted', () => {
    const later = fc.integer({ min: 0, max: 90 * day }).map(at)
    fc.assert(
      fc.property(anyFacts, fc.array(subscription, { maxLength: 3 }), later, (facts, become, then) => {
        const before = { ...facts, disputed: false, held: null }
        const held = heldOf(before, before, now)
        const disputed = { ...before, disputed: true, held }
        // All ends, is unpaid, or is overdue for long.
        const ended = { ...disputed, subscriptions: [] }
        const [first, last] = [entitlements(before, now), entitlements(ended, then)]
        expect(values(ended, then)).toEqual(values(before))
        expect([last.plan, last.keepsForEver, last.standing]).toEqual([first.plan, first.keepsForEver, first.standing])
        expect(last.changesAt).toBeNull()
        const other = values({ ...disputed, subscriptions: become }, then)
        for (const [i, value] of values(before).entries()) expect(atLeast(other[i]!, value)).toBe(true)
      }),
    )
  })

  test('an override that has ended is as if there were none; one that holds decides', () => {
    fc.assert(
      fc.property(anyFacts, override, (facts, one) => {
        // While a payment is disputed, none ends.
        const disputed = facts.disputed && facts.held !== null
        const ended = {
          ...facts,
          overrides: [{ ...one, endsAt: disputed ? facts.held!.since : now }, ...facts.overrides],
        }
        expect(entitlements(ended, now).limits).toEqual(entitlements(facts, now).limits)
        if (offerOf(one.name)) return
        const held = { ...facts, overrides: [{ ...one, endsAt: at(1) }, ...facts.overrides] }
        expect(entitlements(held, now).limits[one.name as 'bot.live']).toEqual({
          value: one.value,
          why: 'given by the operators until 2026-02-28: a reason',
        })
      }),
    )
  })
})

test('the numbers of the plans, with their reasons', () => {
  const bots = (facts: BillingFacts) => entitlements(facts, now).limits['bot.live']
  expect(bots(none)).toEqual({ value: 0, why: 'the Free plan' })
  expect(bots(paying({ offer: 'bots', quantity: 2 }))).toEqual({ value: 2, why: 'the add-on Bots × 2' })
  const starter = paying({ offer: 'network-starter', quantity: 1 }, { offer: 'bots', quantity: 1 })
  expect(bots(starter)).toEqual({ value: 4, why: 'the Network Starter plan and the add-on Bots' })
  expect(entitlements(starter, now)).toMatchObject({ plan: 'free', keepsForEver: false })
  const growth = entitlements(paying({ offer: 'network-growth', quantity: 1 }), now).limits
  expect([growth.networks.value, growth['network.users'].value, growth['bot.live'].value]).toEqual([3, 200, 10])
  const pro = entitlements(paying({ offer: 'pro', quantity: 1 }), now)
  expect(pro).toMatchObject({ plan: 'pro', keepsForEver: true, standing: 'full' })
  expect(pro.limits.upstreams).toEqual({ value: null, why: 'the Pro plan' })
  expect(pro.limits.bouncers).toEqual({ value: 1, why: 'the Pro plan' })
  const late = {
    ...none,
    subscriptions: [{ status: 'past_due' as const, unpaidSince: at(-day), items: [{ offer: 'pro', quantity: 1 }] }],
  }
  expect(entitlements(late, now).limits.upstreams.why).toBe('the Pro plan, whose payment is overdue')
})

test('no offer has a limit’s name, so that an override means one thing', () => {
  for (const name of limitNames) expect(offerOf(name)).toBeUndefined()
})

test('each price has a key of its own and whole cents', () => {
  const keys = allPrices().map(({ price }) => price.lookupKey)
  expect(new Set(keys).size).toBe(keys.length)
  for (const { offer, price } of allPrices()) {
    expect(Number.isSafeInteger(price.cents) && price.cents > 0).toBe(true)
    expect(priceOf(price.lookupKey)?.offer.name).toBe(offer.name)
  }
  expect(allPrices().map(({ price }) => [price.lookupKey, price.cents])).toContainEqual([
    'network_starter_month_v1',
    1200,
  ])
})
