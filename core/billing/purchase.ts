import type { Before } from '../operation/context.ts'
import { OperationError } from '../operation/errors.ts'
import type { SubscriptionRow } from './billing-store.ts'
import { type Bought, changedMeanwhile, itemsOf, itemsWith, sameItems, subscriptionFor } from './bought.ts'
import { openCheckout } from './checkout.ts'
import { assertMayChange, customerFor, subscriptionsOf } from './customer.ts'
import { amountOf, centsOf, money } from './money.ts'
import type { Change, Preview } from './payments.port.ts'
import { onDay, periodEnd } from './periods.ts'
import type { Interval, Offer } from './plans.ts'
import { wouldBe } from './would-be.ts'

/** What has been bought, or in a dry run would be. */
export interface Purchase {
  /** Where it is paid; null where nothing is left to do. */
  readonly url: string | null
  /** In a dry run the subscription as it would be. */
  readonly would: SubscriptionRow | null
  /** The sentence that says so, where what is wanted was there before. */
  readonly already: string | null
}

const nothing: Purchase = { url: null, would: null, already: null }

/** What is wanted, by what there is. */
export type Wish = (live: readonly SubscriptionRow[]) => Bought

/** A change of what is paid for, as it was worked out and agreed to: what there was, and what there is to be. */
interface Decision {
  /** Null is a new one, which is paid on a page. */
  readonly subscriptionId: string | null
  readonly interval: Interval
  readonly from: Change['items']
  readonly to: Change['items']
  /** What was agreed to be charged at once at most, in cents, and the time by which that was reckoned, in milliseconds. */
  readonly most: number
  readonly at: number
  readonly already: string | null
}

/**
 * Buys something, or gives it up: as a change of the subscription that there is, or on a page where a first one is paid.
 * Nothing is charged that has not been confirmed. What it comes to is written down before it is done, in whole and not
 * as a difference, so that a request that is tried again has the one effect. In a dry run it is only looked at.
 */
export async function buy(before: Before, wish: Wish): Promise<Purchase> {
  return before.dryRun ? supposed(before, wish) : bought(before, wish)
}

async function bought(before: Before, wish: Wish): Promise<Purchase> {
  const { payments, sync } = before.billing
  const now = await subscriptionsOf(before)
  assertPays(before, now.live)
  // What can't be had opens no customer.
  if (!now.row?.customer_id) wish(now.live)
  const customerId = await customerFor(before)
  let isRead = false
  const decision = await before.decided(async () => {
    await sync(customerId)
    isRead = true
    return decide(before, customerId, wish)
  })
  const { subscriptionId, from, to, most, at, already } = decision
  for (;;) {
    if (!isRead) await sync(customerId)
    isRead = false
    const { row, live } = await subscriptionsOf(before)
    const items = itemsNow(live, decision)
    const isThere = sameItems(items, to)
    // What a change was to bring may have come by another: whose it is, its provider knows by the key.
    if (isThere && (subscriptionId === null || sameItems(from, to))) return { ...nothing, already }
    if (!isThere) {
      if (!sameItems(items, from)) throw changedMeanwhile()
      assertMayChange(row, live)
    }
    if (subscriptionId !== null) {
      const change = { customerId, subscriptionId, from, items: to, most, at: new Date(at) }
      await oneAtATime(before, () => payments.change(change, `change ${before.key}`))
      await sync(customerId)
      return nothing
    }
    const url = await openCheckout(before, row, { customerId, subscriptionId, items: to })
    if (url !== 'paid meanwhile') return { ...nothing, url }
  }
}

/** What is said where what is wanted is there already. */
const alreadyHad = ({ offer, price }: Pick<Bought, 'offer' | 'price'>) =>
  `You have ${offer.title} already, by the ${price.interval}; nothing was changed.`

/** Throws for whom everything is free. */
function assertPays({ actor }: Before, live: readonly SubscriptionRow[]): void {
  if (actor.role === 'ops' && live.length === 0)
    throw new OperationError('conflict', 'Operators have all of it, and pay for nothing; see “plan show”.')
}

/** The subscription as buying would make it, by what the provider has now. */
async function supposed(before: Before, wish: Wish): Promise<Purchase> {
  const { actor, billing, read } = before
  const customerId = (await subscriptionsOf(before)).row?.customer_id
  if (customerId) await billing.sync(customerId)
  const { nextAt } = await prospectOf(before, wish)
  const { live } = await subscriptionsOf(before)
  const bought = wish(live)
  const subscription = subscriptionFor(live, bought)
  const items = itemsWith(subscription, bought)
  if (sameItems(itemsOf(subscription), items)) return { ...nothing, already: alreadyHad(bought) }
  const now = await read((store) => store.billing.now(before.now()))
  const wanted = { subscription, interval: bought.price.interval, items, nextAt }
  return { ...nothing, would: wouldBe(actor.id, wanted, now) }
}

async function decide(before: Before, customerId: string, wish: Wish): Promise<Decision> {
  const { row, live } = await subscriptionsOf(before)
  assertMayChange(row, live)
  const bought = wish(live)
  const subscription = subscriptionFor(live, bought)
  const [from, to] = [itemsOf(subscription), itemsWith(subscription, bought)]
  const at = before.now()
  const already = subscription && sameItems(from, to) ? alreadyHad(bought) : null
  const subscriptionId = subscription?.id ?? null
  const change = { subscriptionId, interval: bought.price.interval, from, to, at: at.getTime(), already }
  // What is paid on a page is agreed to there.
  if (!subscription || already !== null) return { ...change, most: 0 }
  const preview = await before.billing.payments.preview({ customerId, subscriptionId: subscription.id, items: to, at })
  return { ...change, most: agreedTo(preview, bought.offer, before.confirm, subscription.ends_at) }
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

/** The cents that may be charged at once; throws unless they were confirmed. */
function agreedTo(
  { dueNow, next, nextAt, currency }: Preview,
  { note }: Offer,
  confirm: string | undefined,
  endsAt: Date | null,
): number {
  const expected = amountOf(dueNow)
  const agreed = confirm === undefined ? 0 : centsOf(confirm)
  // What is left of a period only shrinks, so a second later it may be a cent less, and is still agreed to.
  if (agreed !== null && dueNow <= agreed) return agreed
  const then = endsAt
    ? `no more after that: it ends on ${onDay(endsAt)}, unless “billing resume” lets it go on`
    : `${money(next, currency)} from ${onDay(nextAt)} on`
  throw new OperationError(
    confirm === undefined ? 'confirmation_required' : 'confirmation_invalid',
    `${note === undefined ? '' : `${note} `}This charges ${money(dueNow, currency)} now, and ${then}. What you repeat is the most that is charged now; repeat “${expected}” to confirm.`,
    { details: { expected, dueNow, next, currency } },
  )
}

/** What buying would come to, and whether it is paid on a page or charged at once. */
type Prospect = Preview & { readonly onPage: boolean }

/** What buying would come to; changes nothing, and opens no customer. Throws where nothing can be bought. */
export async function prospectOf(before: Before, wish: Wish): Promise<Prospect> {
  const { row, live } = await subscriptionsOf(before)
  assertPays(before, live)
  assertMayChange(row, live)
  const bought = wish(live)
  const subscription = subscriptionFor(live, bought)
  const onPage = subscription === null
  if (!row?.customer_id)
    return { ...firstTime(bought, await before.read((store) => store.billing.now(before.now()))), onPage }
  const preview = await before.billing.payments.preview({
    customerId: row.customer_id,
    subscriptionId: subscription?.id ?? null,
    items: itemsWith(subscription, bought),
  })
  // What ends with its period is not charged again.
  return { ...preview, ...(subscription?.ends_at ? { next: 0 } : {}), onPage }
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
