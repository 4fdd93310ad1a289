import type { Before } from '../operation/context.ts'
import { OperationError } from '../operation/errors.ts'
import type { SubscriptionRow } from './billing-store.ts'
import { type Bought, changedMeanwhile, itemsOf, itemsWith, sameItems, subscriptionFor } from './bought.ts'
import { openCheckout } from './checkout.ts'
import { assertMayChange, customerFor, subscriptionsOf } from './customer.ts'
import { amountOf, centsOf, money } from './money.ts'
import type { Change, Preview } from './payments.port.ts'
import type { Interval } from './plans.ts'
import { periodEnd } from './sandbox/periods.ts'

/** What is wanted, by what there is. */
export type Wish = (live: readonly SubscriptionRow[]) => Bought

/** A change of what is paid for, as it was worked out and agreed to: what there was, and what there is to be. */
interface Decision {
  /** Null is a new one, which is paid on a page. */
  readonly subscriptionId: string | null
  readonly interval: Interval
  readonly from: Change['items']
  readonly to: Change['items']
}

/**
 * Buys something, or gives it up: as a change of the subscription that there is, or on a page where a first one is paid.
 * Nothing is charged that has not been confirmed. What it comes to is written down before it is done, in whole and not
 * as a difference, so that a request that is tried again has the one effect. Answers the page's address, or null where
 * nothing is left to do.
 */
export async function buy(before: Before, wish: Wish): Promise<string | null> {
  const { payments, sync } = before.billing
  const now = await subscriptionsOf(before)
  if (before.actor.role === 'ops' && now.live.length === 0)
    throw new OperationError('conflict', 'Operators have all of it, and pay for nothing; see “plan show”.')
  // What can't be had opens no customer.
  if (!now.row?.customer_id) wish(now.live)
  const customerId = await customerFor(before)
  let isRead = false
  const decision = await before.decided(async () => {
    await sync(customerId)
    isRead = true
    return decide(before, customerId, wish)
  })
  const { subscriptionId, from, to } = decision
  for (;;) {
    if (!isRead) await sync(customerId)
    isRead = false
    const { row, live } = await subscriptionsOf(before)
    const items = itemsNow(live, decision)
    const isThere = sameItems(items, to)
    // What a change was to bring may have come by another: whose it is, its provider knows by the key.
    if (isThere && (subscriptionId === null || sameItems(from, to))) return null
    if (!isThere) {
      if (!sameItems(items, from)) throw changedMeanwhile()
      assertMayChange(row, live)
    }
    if (subscriptionId !== null) {
      const change = { customerId, subscriptionId, from, items: to }
      await oneAtATime(before, () => payments.change(change, `change ${before.key}`))
      await sync(customerId)
      return null
    }
    const url = await openCheckout(before, row, { customerId, subscriptionId, items: to })
    if (url !== 'paid meanwhile') return url
  }
}

async function decide(before: Before, customerId: string, wish: Wish): Promise<Decision> {
  const { row, live } = await subscriptionsOf(before)
  assertMayChange(row, live)
  const bought = wish(live)
  const subscription = subscriptionFor(live, bought)
  const [from, to] = [itemsOf(subscription), itemsWith(subscription, bought)]
  if (subscription && !sameItems(from, to)) {
    const preview = await before.billing.payments.preview({ customerId, subscriptionId: subscription.id, items: to })
    assertConfirmed(preview, before.confirm)
  }
  return { subscriptionId: subscription?.id ?? null, interval: bought.price.interval, from, to }
}

/**
 * Changes what a member pays for while none of their other requests does, in whatever process: the provider is asked what
 * there is, and then told. Of who has died it is free again once no question of theirs can be on its way any more.
 */
async function oneAtATime({ actor, key, transaction }: Before, work: () => Promise<void>): Promise<void> {
  const name = `purchase ${actor.id}`
  if (!(await transaction((store) => store.leases.take(name, key, 120_000))))
    throw new OperationError(
      'conflict',
      'Something else is being bought for you just now; try again in a minute or two.',
    )
  try {
    await work()
  } finally {
    await transaction((store) => store.leases.release(name, key))
  }
}

/** What there is now of what a decision is about. */
function itemsNow(live: readonly SubscriptionRow[], { subscriptionId, interval }: Decision): Change['items'] {
  const mine = (one: SubscriptionRow) =>
    subscriptionId === null ? one.billing_interval === interval : one.id === subscriptionId
  return itemsOf(live.find(mine) ?? null)
}

function assertConfirmed({ dueNow, next, nextAt, currency }: Preview, confirm: string | undefined): void {
  if (dueNow === 0) return
  const expected = amountOf(dueNow)
  const agreed = confirm === undefined ? null : centsOf(confirm)
  // What is left of a period only shrinks, so a second later it may be a cent less, never more.
  if (agreed !== null && dueNow <= agreed) return
  throw new OperationError(
    confirm === undefined ? 'confirmation_required' : 'confirmation_invalid',
    `This charges ${money(dueNow, currency)} now, and ${money(next, currency)} from ${nextAt.toISOString().slice(0, 10)} on; repeat “${expected}” to confirm.`,
    { details: { expected, dueNow, next, currency } },
  )
}

/** What buying would come to; changes nothing, and opens no customer. */
export async function prospectOf(before: Before, wish: Wish): Promise<Preview> {
  const { row, live } = await subscriptionsOf(before)
  const bought = wish(live)
  const subscription = subscriptionFor(live, bought)
  if (!row?.customer_id) return firstTime(bought, await before.read((store) => store.billing.now(before.now())))
  return before.billing.payments.preview({
    customerId: row.customer_id,
    subscriptionId: subscription?.id ?? null,
    items: itemsWith(subscription, bought),
  })
}

/** Who has never paid has no credit either, so it is the price, and needs nobody to be asked. */
function firstTime({ offer, price, quantity }: Bought, now: Date): Preview {
  const cents = price.cents * quantity
  const text = `${quantity} × ${offer.title}`
  return {
    dueNow: cents,
    next: cents,
    nextAt: periodEnd(now, price.interval, 1),
    currency: price.currency,
    lines: [{ text, cents }],
  }
}
