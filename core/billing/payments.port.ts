import type { SubscriptionStatus } from './lifecycle.ts'
import type { Interval } from './plans.ts'

/** What is bought: a price by its lookup key, and how many of it. */
export interface Wanted {
  readonly lookupKey: string
  readonly quantity: number
}

export interface SubscriptionState {
  readonly id: string
  readonly status: SubscriptionStatus
  readonly interval: Interval
  readonly createdAt: Date
  readonly periodEnd: Date
  /** When it ends, where that is settled: cancelled to the period’s end, or over. */
  readonly endsAt: Date | null
  /** Since when its oldest bill is open; null while nothing is. */
  readonly unpaidSince: Date | null
  readonly items: readonly (Wanted & { readonly id: string })[]
}

/** All that entitlements need of a customer, as it stands at the provider now. */
export interface CustomerState {
  readonly subscriptions: readonly SubscriptionState[]
  /** A payment is disputed, and that is not decided yet. */
  readonly disputed: boolean
}

export interface Checkout {
  readonly id: string
  readonly url: string
}

/** A subscription as it should be: all its items, not only those that change. */
export interface Change {
  readonly customerId: string
  /** Null is a new subscription. */
  readonly subscriptionId: string | null
  readonly items: readonly Wanted[]
}

/** A change of the items that a subscription has. */
export interface Replacement extends Change {
  readonly subscriptionId: string
  /** All that it has before. */
  readonly from: readonly Wanted[]
  /** The most that may be charged at once, in the currency’s smallest unit; absent is any amount. */
  readonly most?: number
  /** The time at which it was previewed, up to which what was used is counted; the present where it is absent. */
  readonly at?: Date
}

export interface Preview {
  /** What is charged at once, in the currency’s smallest unit. */
  readonly dueNow: number
  /** What is charged at the next renewal, and when. */
  readonly next: number
  readonly nextAt: Date
  readonly currency: string
  /** What `dueNow` is made of: they add up to it. Credits are negative, and what is left of one is a line as well. */
  readonly lines: readonly { readonly text: string; readonly cents: number }[]
}

export interface Invoice {
  readonly id: string
  readonly createdAt: Date
  readonly cents: number
  readonly currency: string
  readonly status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void'
  /** Where it can be seen and paid. */
  readonly url: string | null
}

export interface RemotePrice {
  readonly lookupKey: string
  readonly cents: number
  readonly currency: string
  readonly interval: Interval
  readonly product: string
  /** The product's name, which stands on bills. */
  readonly title: string
}

export interface ProviderEvent {
  readonly id: string
  readonly type: string
  /** Whom it is about; null for what is about no customer. */
  readonly customerId: string | null
}

/**
 * Where money is taken. Writes take an idempotency key: the same key does the same once. What can’t be reached throws
 * `unavailable`, what the provider refuses `payment_failed` or `conflict`; nothing is changed then.
 */
export interface Payments {
  /** Whose payments these are, in words that stay the same: `sandbox`, or mode and account, as `stripe live acct_1`. */
  place(): Promise<string>
  /** Opens a customer for an account; answers its id. */
  createCustomer(customer: { accountId: string; name: string; email: string | null }, key: string): Promise<string>
  /** All subscriptions, ended ones too, and whether a payment is disputed. Of a customer that is gone there are none. */
  customer(customerId: string): Promise<CustomerState>
  /** A page on which a new subscription is paid; it can be completed once. */
  checkout(change: Change, returnUrl: string, key: string): Promise<Checkout>
  /** One that the provider does not know can’t be paid, and so has expired. */
  checkoutState(checkoutId: string): Promise<'open' | 'complete' | 'expired'>
  /** Ends a checkout that is open; tells what has become of it. */
  endCheckout(checkoutId: string): Promise<'complete' | 'expired'>
  /** What a change would cost at a time, else now; changes nothing. */
  preview(change: Change & Pick<Replacement, 'at'>): Promise<Preview>
  /**
   * Changes a subscription’s items and charges the difference at once; where that fails, nothing is changed. Throws
   * `conflict` where that would be more than `most`, or where it has other items than `from`, unless it is by this key that it has: what another change has
   * brought is neither taken away nor taken for this one’s.
   */
  change(change: Replacement, key: string): Promise<void>
  /** Ends a subscription at once, or with the period that is paid for; or lets it go on. */
  setEnd(customerId: string, subscriptionId: string, end: 'now' | 'period_end' | 'never', key: string): Promise<void>
  /** A page for card, address and bills, that works for a while. */
  portal(customerId: string, returnUrl: string): Promise<string>
  /** Newest first, at most 100. */
  invoices(customerId: string): Promise<Invoice[]>
  /** The prices that are sold, by their lookup keys. */
  prices(): Promise<RemotePrice[]>
  /** Makes a price, in place of any that has its lookup key, and its product, by its title. */
  putPrice(price: RemotePrice, key: string): Promise<void>
  /** Gives a product that there is another title. */
  nameProduct(product: string, title: string, key: string): Promise<void>
  /** What a webhook brought; throws `not_allowed` unless it was signed with a secret of ours in the last 5 minutes. */
  event(body: string, signature: string): Promise<ProviderEvent>
}
