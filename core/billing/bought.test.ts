import { expect, test } from 'vitest'
import type { SubscriptionRow } from './billing-store.ts'
import { boughtOf, itemsWith, subscriptionFor } from './bought.ts'

const subscriptionWith = (...items: readonly (readonly [string, number])[]) =>
  ({ items: items.map(([lookup_key, quantity]) => ({ lookup_key, quantity })) }) as unknown as SubscriptionRow

test('what is had stays at its price, of it and beside it; of a tier that there is one of, another takes its place', () => {
  const bots = boughtOf('bots', 4)
  // As if the plans had a newer price by now.
  const newer = { ...bots, price: { ...bots.price, lookupKey: 'bots_month_v2' } }
  const subscription = subscriptionWith(['network_starter_month_v1', 1], ['bots_month_v1', 1])
  const starter = { lookupKey: 'network_starter_month_v1', quantity: 1 }
  expect(itemsWith(subscription, newer)).toEqual([starter, { lookupKey: 'bots_month_v1', quantity: 4 }])
  expect(itemsWith(subscriptionWith(), newer)).toEqual([{ lookupKey: 'bots_month_v2', quantity: 4 }])
  expect(itemsWith(subscription, { ...newer, quantity: 0 })).toEqual([starter])
  expect(itemsWith(subscription, boughtOf('network-growth', 1))).toEqual([
    { lookupKey: 'bots_month_v1', quantity: 1 },
    { lookupKey: 'network_growth_month_v1', quantity: 1 },
  ])
})

test('of two subscriptions by the same interval, that one is changed which has it', () => {
  const by = (interval: string, subscription: SubscriptionRow) =>
    ({ ...subscription, billing_interval: interval }) as SubscriptionRow
  const pro = by('month', subscriptionWith(['pro_month_v1', 1]))
  const network = by('month', subscriptionWith(['network_starter_month_v1', 1], ['bots_month_v1', 2]))
  for (const live of [
    [pro, network],
    [network, pro],
  ]) {
    expect(subscriptionFor(live, boughtOf('bots', 3))).toBe(network)
    expect(subscriptionFor(live, boughtOf('network-growth', 1))).toBe(network)
    expect(subscriptionFor(live, boughtOf('pro', 1))).toBe(pro)
    expect(subscriptionFor(live, boughtOf('log-search', 1))).toBe(live[0])
  }
})
