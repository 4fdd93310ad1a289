import type { Generated } from 'kysely'
import type { SubscriptionStatus } from './lifecycle.ts'
import type { Interval } from './plans.ts'

/** The tables of billing. Subscriptions and items are as last read from the provider, never ours to change. */
export interface BillingSchema {
  billing_accounts: {
    account_id: string
    /** The account at the payment provider. */
    customer_id: string | null
    /** Grows with each synchronisation, so that an older reading can’t overwrite a newer one. */
    generation: Generated<number>
    disputed: Generated<boolean>
    /** What there was when that began, as JSON; see held.ts. */
    held: string | null
    synced_at: Date | null
    /** When the account is to be looked at again by itself. */
    review_at: Date | null
    /** What the member was last told of, so that nothing is told twice. */
    told: Generated<string>
    /** Counts checkouts: the number is part of their idempotency keys. */
    purchases: Generated<number>
    checkout_id: string | null
    checkout_url: string | null
    /** What the open checkout is for. */
    checkout_wanted: string | null
    /** When what no longer may stay for ever begins to expire. */
    content_ends_at: Date | null
    /** Days before that of which the member was last told. */
    content_told: number | null
  }
  subscriptions: {
    id: string
    account_id: string
    status: SubscriptionStatus
    billing_interval: Interval
    unpaid_since: Date | null
    /** When it ends, where that is settled. */
    ends_at: Date | null
    period_end: Date
    created_at: Date
  }
  subscription_items: { id: string; subscription_id: string; offer: string; lookup_key: string; quantity: number }
  webhook_events: {
    id: string
    type: string
    customer_id: string | null
    received_at: Date
    synced_at: Date | null
  }
  overrides: {
    id: Generated<string>
    account_id: string
    /** A limit’s or an offer’s. */
    name: string
    value: number | null
    reason: string
    ends_at: Date | null
    created_by: string
    created_at: Date
  }
  /** What is still to be told to another system; a row goes once it was. */
  billing_outbox: {
    kind: 'claims' | 'cancel'
    /** An account’s id, or a customer’s. */
    key: string
    payload: string
    version: Generated<number>
    attempts: Generated<number>
    next_at: Date
    last_error: string | null
  }
  /** Who could not be synchronised (a customer) or reviewed (an account); a row goes once they could. */
  billing_retries: { kind: 'sync' | 'review'; key: string; attempts: number; next_at: Date; last_error: string }
  identity_claims: {
    account_id: string
    plan: string
    stripe_customer_id: string | null
    content_expires: boolean
  }
  /** What stays where there is more than the plan allows: names, as JSON. */
  plan_choices: { account_id: string; limit_name: string; names: string }
  sandbox_customers: { id: string; state: string }
  sandbox_events: {
    id: string
    seq: Generated<string>
    customer_id: string
    type: string
    body: string
    delivered_at: Date | null
    attempts: Generated<number>
    next_at: Date
  }
}
