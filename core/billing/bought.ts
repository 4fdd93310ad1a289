import { OperationError } from '../operation/errors.ts'
import type { SubscriptionRow } from './billing-store.ts'
import { money } from './money.ts'
import type { Change, Preview } from './payments.port.ts'
import { type Interval, type Offer, offerOf, type Price, priceOf } from './plans.ts'

/** Something to be had, at a price, so many times. */
export interface Bought {
  readonly offer: Offer
  readonly price: Price
  /** How many there are to be in the end; 0 takes it away. */
  readonly quantity: number
}

/** What is sold under that name; throws where it is not sold by that interval. */
export function boughtOf(name: string, quantity: number, interval: Interval = 'month'): Bought {
  const offer = offerOf(name)
  const price = offer?.prices.find((one) => one.interval === interval && !one.retired)
  if (!offer || !price) {
    throw new OperationError('invalid_input', `${name} is not sold by the ${interval}; see “plan list”.`, {
      field: 'yearly',
    })
  }
  if (quantity > offer.most) {
    throw new OperationError('quota_reached', `Of ${offer.title} there are ${offer.most} at most.`, {
      field: 'quantity',
    })
  }
  return { offer, price, quantity }
}

const takesPlaceOf = (offer: Offer, lookupKey: string) => {
  const other = priceOf(lookupKey)?.offer
  return other?.name === offer.name || (offer.tier !== 'addon' && other?.tier === offer.tier)
}

/** What a subscription has, as it is bought; nothing where there is none. */
export const itemsOf = (subscription: SubscriptionRow | null): Change['items'] =>
  (subscription?.items ?? []).map(({ lookup_key, quantity }) => ({ lookupKey: lookup_key, quantity }))

/**
 * All items of a subscription once something is bought: of a tier that there is one of, it takes the former's place. What
 * is had already stays at the price that is paid for it, however many there are to be.
 */
export function itemsWith(subscription: SubscriptionRow | null, { offer, price, quantity }: Bought): Change['items'] {
  const items = itemsOf(subscription)
  const own = items.find(({ lookupKey }) => {
    const known = priceOf(lookupKey)
    return known?.offer.name === offer.name && known.price.interval === price.interval
  })
  const kept = items.filter(({ lookupKey }) => !takesPlaceOf(offer, lookupKey))
  return quantity === 0 ? kept : [...kept, { lookupKey: (own ?? price).lookupKey, quantity }]
}

/**
 * The subscription into which it goes: the one that has it, or that whose place it takes; null where a new one is
 * needed. Where it is had by the other interval, that one changes its interval, and throws where it has other things
 * besides, since one subscription has one interval.
 */
export function subscriptionFor(live: readonly SubscriptionRow[], { offer, price }: Bought): SubscriptionRow | null {
  const other = live.find(({ items }) => items.some(({ lookup_key }) => takesPlaceOf(offer, lookup_key)))
  if (!other) return live.find(({ billing_interval }) => billing_interval === price.interval) ?? null
  if (other.billing_interval === price.interval) return other
  const besides = other.items.filter(({ lookup_key }) => !takesPlaceOf(offer, lookup_key))
  if (besides.length === 0) return other
  const titles = besides.map(({ lookup_key }) => priceOf(lookup_key)?.offer.title ?? lookup_key)
  throw new OperationError(
    'conflict',
    `You pay for ${offer.title} together with ${titles.join(' and ')} by the ${other.billing_interval}; for ${offer.title} by the ${price.interval} give that up first, and buy it again after.`,
  )
}

export const sameItems = (some: Change['items'], others: Change['items']): boolean =>
  some.length === others.length &&
  some.every((one) =>
    others.some(({ lookupKey, quantity }) => lookupKey === one.lookupKey && quantity === one.quantity),
  )

/** What is said where something else has been bought since it was worked out what a change comes to. */
export const changedMeanwhile = () =>
  new OperationError('conflict', 'What you pay for has changed meanwhile; see “billing show”, and try again.')

/** How many of an offer there are in subscriptions. */
export const heldOf = (live: readonly SubscriptionRow[], name: string): number =>
  live.flatMap(({ items }) => items).find(({ offer }) => offer === name)?.quantity ?? 0

/** By which interval something is had; undefined where it isn't. */
export const intervalHeld = (live: readonly SubscriptionRow[], name: string): Interval | undefined =>
  live.find(({ items }) => items.some(({ offer }) => offer === name))?.billing_interval

/** Throws where a change would charge more at once than was agreed to. */
export function assertAtMost(due: number, most: number | undefined): void {
  if (most === undefined || due <= most) return
  throw new OperationError(
    'conflict',
    `By now this charges ${money(due)}, which is more than the ${money(most)} that were confirmed, so nothing was changed; try again.`,
  )
}

/** Lines that add up to what is due: what a customer has as credit, or is given for later bills, is one of them. */
export function balanced(lines: Preview['lines'], due: number): Preview['lines'] {
  const rest = due - lines.reduce((sum, { cents }) => sum + cents, 0)
  if (rest === 0) return lines
  return [...lines, { text: rest < 0 ? 'your credit' : 'kept as a credit for later bills', cents: rest }]
}
