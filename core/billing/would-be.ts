import type { Stores } from '../store/stores.ts'
import type { SubscriptionRow } from './billing-store.ts'
import type { Change, CustomerState } from './payments.port.ts'
import { type Interval, priceOf } from './plans.ts'
import { rowsOf } from './sync.ts'

/** What a subscription is to be, as far as it is not what it was. */
export interface Wanted {
  /** What there is; null is a new one. */
  readonly subscription: SubscriptionRow | null
  readonly interval: Interval
  readonly items: Change['items']
  /** When the next bill comes, where that is another day than it was. */
  readonly nextAt: Date
}

/** A subscription as it would be read from the provider once it is so. */
export function wouldBe(accountId: string, { subscription, interval, items, nextAt }: Wanted, now: Date) {
  const id = subscription?.id ?? `dry run ${accountId}`
  const row: SubscriptionRow = {
    ...(subscription ?? {
      id,
      account_id: accountId,
      status: 'active',
      unpaid_since: null,
      ends_at: null,
      created_at: now,
    }),
    billing_interval: interval,
    period_end: subscription?.billing_interval === interval ? subscription.period_end : nextAt,
    items: items.map(({ lookupKey, quantity }) => ({
      id: `${id} ${lookupKey}`,
      subscription_id: id,
      offer: priceOf(lookupKey)?.offer.name ?? '',
      lookup_key: lookupKey,
      quantity,
    })),
  }
  return row
}

/**
 * Puts subscriptions as they would be beside, and in the place of, those that there are, so that what is answered is what
 * it would come to. Only for the transaction of a dry run, which is taken back.
 */
export async function suppose(
  store: Stores,
  accountId: string,
  subscriptions: readonly SubscriptionRow[],
): Promise<void> {
  const known = await store.billing.subscriptions(accountId)
  const others = known.filter(({ id }) => !subscriptions.some((one) => one.id === id))
  await write(store, accountId, [...others, ...subscriptions])
}

/** The same for all that a customer has at the provider. */
export async function supposeRead(store: Stores, accountId: string, state: CustomerState): Promise<void> {
  await store.billing.change(accountId, { disputed: state.disputed })
  await write(store, accountId, rowsOf(accountId, state))
}

const write = (store: Stores, accountId: string, subscriptions: readonly SubscriptionRow[]) =>
  store.billing.replace(
    accountId,
    subscriptions.map(({ items: _, ...row }) => row),
    subscriptions.flatMap(({ items }) => items),
  )
