import { OperationError } from '../operation/errors.ts'
import type { Outer } from '../operation/outer.ts'
import type { BillingAccountRow, SubscriptionRow } from './billing-store.ts'
import { type Bought, itemsWith, subscriptionFor } from './bought.ts'
import { openCheckout } from './checkout.ts'
import { assertMayChange, customerFor, subscriptionsOf } from './customer.ts'
import { amountOf, centsOf, money } from './money.ts'
import type { Change, Preview } from './payments.port.ts'

/** What a change of what is paid for would come to. */
export interface Prospect {
  readonly change: Change
  readonly preview: Preview
}

/**
 * Buys something: as a change of the subscription that there is, or on a page where a first one is paid. Nothing is
 * charged that has not been confirmed. Answers the page's address, or null where nothing is left to do.
 */
export async function buy(outer: Outer, bought: Bought): Promise<string | null> {
  for (;;) {
    const customerId = await customerFor(outer)
    await outer.billing.sync(customerId)
    const { row, live } = await subscriptionsOf(outer)
    assertMayChange(row, live)
    const subscription = subscriptionFor(live, bought)
    if (!subscription) {
      const url = await openCheckout(outer, row, { customerId, subscriptionId: null, items: itemsWith(null, bought) })
      if (url === 'paid meanwhile') continue
      return url
    }
    await changeTo(outer, row!, subscription, itemsWith(subscription, bought))
    return null
  }
}

/** Changes a subscription's items, once what that charges was confirmed; then reads what has become of it. */
export async function changeTo(
  outer: Outer,
  row: BillingAccountRow,
  subscription: SubscriptionRow,
  items: Change['items'],
): Promise<void> {
  const same = (one: Change['items'][number]) =>
    subscription.items.some(({ lookup_key, quantity }) => lookup_key === one.lookupKey && quantity === one.quantity)
  if (items.length === subscription.items.length && items.every(same)) return
  const customerId = row.customer_id!
  const change = { customerId, subscriptionId: subscription.id, items }
  assertConfirmed(await outer.billing.payments.preview(change), outer.confirm)
  await outer.billing.payments.change(change, keyOf('change', subscription, row))
  await outer.billing.sync(customerId)
}

/**
 * A write's key: the same for a retry, and another once we have read what became of it. The same change may be wanted
 * again later, so its own words would not do.
 */
export const keyOf = (what: string, { id }: SubscriptionRow, { generation }: Pick<BillingAccountRow, 'generation'>) =>
  `${what} ${id} ${generation}`

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
export async function prospectOf(outer: Outer, bought: Bought): Promise<Preview> {
  const { row, live } = await subscriptionsOf(outer)
  const subscription = subscriptionFor(live, bought)
  const items = itemsWith(subscription, bought)
  if (!row?.customer_id) return firstTime(bought, outer.now())
  return outer.billing.payments.preview({
    customerId: row.customer_id,
    subscriptionId: subscription?.id ?? null,
    items,
  })
}

/** Who has never paid has no credit either, so it is the price, and needs nobody to be asked. */
function firstTime({ offer, price, quantity }: Bought, now: Date): Preview {
  const cents = price.cents * quantity
  const nextAt = new Date(now)
  nextAt.setUTCMonth(now.getUTCMonth() + (price.interval === 'year' ? 12 : 1))
  const text = `${quantity} × ${offer.title}`
  return { dueNow: cents, next: cents, nextAt, currency: price.currency, lines: [{ text, cents }] }
}
