import type { Stores } from '../store/stores.ts'

/** What tokens say of an account; a hint for others, never what we go by. */
export interface Claims {
  readonly plan: string
  readonly stripeCustomerId: string | null
  /** Whether what the account publishes must have an end. */
  readonly contentExpires: boolean
}

/** Lets the identity provider be told, as often as it takes, once the transaction holds; nothing where it knows already. */
export async function queueClaims(store: Stores, accountId: string, at: Date, claims: Claims): Promise<void> {
  // In this order: what is told between the two questions is then known.
  const pending = await store.outbox.pending('claims', accountId)
  const known = await store.outbox.claims(accountId)
  const told = {
    plan: known?.plan ?? 'free',
    stripeCustomerId: known?.stripe_customer_id ?? null,
    contentExpires: known?.content_expires ?? true,
  }
  const payload = JSON.stringify(claims)
  if (payload === JSON.stringify(told) && !pending) return
  await store.outbox.put('claims', accountId, payload, at)
}

/** What is to be ended of a customer whose account is gone, besides all that runs. */
export interface Cancel {
  /** The page that could still be paid. */
  readonly checkoutId: string | null
}

/** Lets a customer's subscriptions, and the page on which one could be paid, be ended at the provider. */
export async function queueCancel(store: Stores, customerId: string, cancel: Cancel, at: Date): Promise<void> {
  await store.outbox.put('cancel', customerId, JSON.stringify(cancel), at)
}
