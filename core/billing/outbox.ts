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
  const known = await store.outbox.claims(accountId)
  const told = {
    plan: known?.plan ?? 'free',
    stripeCustomerId: known?.stripe_customer_id ?? null,
    contentExpires: known?.content_expires ?? true,
  }
  const payload = JSON.stringify(claims)
  if (payload === JSON.stringify(told) && !(await store.outbox.pending('claims', accountId))) return
  await store.outbox.put('claims', accountId, payload, at)
}

/** Lets a customer's subscriptions be ended at the provider, whose account is gone. */
export async function queueCancel(store: Stores, customerId: string, at: Date): Promise<void> {
  await store.outbox.put('cancel', customerId, '{}', at)
}
