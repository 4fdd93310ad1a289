import { type BillingFacts, type Held, paidItems, standingOfAll } from './entitlements.ts'

/**
 * What stays while a payment is disputed: what there is, by what was known until now and by what is known since, whichever
 * is more of each. Pure.
 */
export function heldOf(before: BillingFacts, after: BillingFacts, now: Date): Held {
  const items = new Map<string, number>()
  for (const { subscriptions } of [before, after]) {
    const sums = new Map<string, number>()
    for (const { offer, quantity } of paidItems(subscriptions, now))
      sums.set(offer.name, (sums.get(offer.name) ?? 0) + quantity)
    for (const [name, quantity] of sums) items.set(name, Math.max(quantity, items.get(name) ?? 0))
  }
  // Who had something and has nothing now has it all the same, as if it were paid.
  const standings = [before, after].map(({ subscriptions }) => standingOfAll(subscriptions, now))
  const standing = standings.find((one) => one === 'full' || one === 'grace') ?? standings[1]!
  return { since: now, standing, items: [...items].map(([offer, quantity]) => ({ offer, quantity })) }
}
