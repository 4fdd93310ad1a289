import { OperationError } from '../../operation/errors.ts'
import { assertAtMost, changedMeanwhile, sameItems } from '../bought.ts'
import { isLive } from '../lifecycle.ts'
import type { Replacement, Wanted } from '../payments.port.ts'
import {
  bill,
  cardPays,
  endOf,
  fullLines,
  openInvoices,
  priceOf,
  prorationLines,
  settled,
  switchLines,
  total,
} from './invoicing.ts'
import type { Desk, SandboxItem, SandboxSubscription } from './state.ts'

/** Items as they are to be: what is there keeps its id, and with it the price that is paid for it. */
export const planned = (desk: Desk, items: readonly Wanted[], there: readonly SandboxItem[] = []): SandboxItem[] =>
  items.map(({ lookupKey, quantity }) => {
    const known = there.find((one) => one.lookupKey === lookupKey)
    const price = known ? priceOf(desk, known) : desk.price(lookupKey)
    return { id: known?.id ?? desk.id('si'), lookupKey, quantity, price }
  })

/** The one interval of all items; throws where they differ, as one subscription has one period. */
export function intervalOf(items: readonly SandboxItem[]) {
  const [first, ...others] = items.map(({ price }) => price?.interval)
  if (first === undefined || others.some((one) => one !== first)) {
    throw new OperationError('conflict', 'All items of a subscription have the same interval; buy them apart.')
  }
  return first
}

/** Begins a subscription that the customer’s card has paid the first period of. */
export function begin(desk: Desk, wanted: readonly Wanted[]): SandboxSubscription {
  const items = planned(desk, wanted)
  const interval = intervalOf(items)
  const subscription: SandboxSubscription = {
    id: desk.id('sub'),
    interval,
    createdAt: desk.now.toISOString(),
    anchor: desk.now.toISOString(),
    status: 'active',
    period: 0,
    items,
    endsWithPeriod: false,
    endedAt: null,
  }
  desk.customer.subscriptions.push(subscription)
  bill(desk, subscription, fullLines(desk, items), true)
  desk.emit('customer.subscription.created', subscription)
  return subscription
}

export function find(desk: Desk, id: string): SandboxSubscription {
  const found = desk.customer.subscriptions.find((one) => one.id === id)
  if (found && isLive(found)) return found
  throw new OperationError('conflict', 'This subscription has ended; see “billing show”.')
}

/** What a change costs now. Throws where the items have no interval in common. */
export const changeLines = (desk: Desk, subscription: SandboxSubscription, items: readonly SandboxItem[]) =>
  (intervalOf(items) === subscription.interval ? prorationLines : switchLines)(desk, subscription, items)

/** Changes what is subscribed to; the difference is paid at once, or nothing is changed. */
export function change(desk: Desk, { subscriptionId, from, items: wanted, most }: Replacement): void {
  const subscription = find(desk, subscriptionId)
  if (!sameItems(subscription.items, from)) throw changedMeanwhile()
  const items = planned(desk, wanted, subscription.items)
  const lines = changeLines(desk, subscription, items)
  const { due } = settled(desk.customer.balance, total(lines))
  assertAtMost(due, most)
  if (due > 0 && !cardPays(desk.customer, false)) {
    throw new OperationError('payment_failed', 'Your card was declined, so nothing was changed; see “billing portal”.')
  }
  subscription.items = items
  const interval = intervalOf(items)
  // A new period of the other length begins.
  if (interval !== subscription.interval)
    Object.assign(subscription, { interval, anchor: desk.now.toISOString(), period: 0 })
  if (lines.length > 0) bill(desk, subscription, lines)
  desk.emit('customer.subscription.updated', subscription)
}

export function setEnd(desk: Desk, id: string, end: 'now' | 'period_end' | 'never'): void {
  const subscription = find(desk, id)
  if (end === 'now') finish(desk, subscription, desk.now)
  else {
    subscription.endsWithPeriod = end === 'period_end'
    desk.emit('customer.subscription.updated', subscription)
  }
}

/** Ends it: what was still open is not wanted any more. */
export function finish(desk: Desk, subscription: SandboxSubscription, at: Date): void {
  for (const invoice of openInvoices(desk, subscription)) invoice.status = 'void'
  subscription.status = 'canceled'
  subscription.endedAt = at.toISOString()
  desk.emit('customer.subscription.deleted', subscription)
}

export const endsAt = (one: SandboxSubscription): Date | null =>
  one.endedAt ? new Date(one.endedAt) : one.endsWithPeriod ? endOf(one) : null
