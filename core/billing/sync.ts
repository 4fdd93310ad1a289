import type { Runtime } from '../operation/runtime.ts'
import type { Stores } from '../store/stores.ts'
import type { BillingAccountRow, SubscriptionRow } from './billing-store.ts'
import type { BillingFacts } from './entitlements.ts'
import { heldOf } from './held.ts'
import type { CustomerState, Payments } from './payments.port.ts'
import { priceOf } from './plans.ts'
import { reviewAccount } from './review.ts'

type Deps = Pick<Runtime, 'read' | 'transaction' | 'now'> & {
  readonly payments: Pick<Payments, 'customer' | 'checkoutState'>
}

/**
 * Reads all that a customer has at the provider, and writes it in the place of what we knew. What an event says is never
 * used, so neither their order nor their number matters. A reading that somebody else's has overtaken is not written but
 * done again: whatever is written last was read after the last change.
 */
export async function syncCustomer(deps: Deps, customerId: string): Promise<void> {
  for (;;) {
    const before = await deps.read((store) => store.billing.byCustomer(customerId))
    // Of an account that is gone, or of somebody else's who has the same provider.
    if (!before) return
    const { checkout_id: checkout } = before
    const ended = checkout !== null && (await deps.payments.checkoutState(checkout)) !== 'open'
    const state = await deps.payments.customer(customerId)
    const written = await deps.transaction(async (store) => {
      await store.accounts.lock(before.account_id)
      const set = { disputed: state.disputed, synced_at: deps.now() }
      if (!(await store.billing.advance(before.account_id, before.generation, set))) return false
      await store.retries.done('sync', customerId)
      const known = await store.billing.facts(before.account_id, deps.now())
      const changed = await write(store, before.account_id, state)
      await hold(store, before, state.disputed, known.facts, deps.now())
      // Another may have been opened meanwhile.
      if (ended && (await store.billing.byAccount(before.account_id))?.checkout_id === checkout) {
        await store.billing.change(before.account_id, { checkout_id: null, checkout_url: null, checkout_wanted: null })
      }
      if (changed) await tell(store, before.account_id, deps.now())
      // Time alone is the rounds' to watch.
      if (changed || before.told === '' || before.disputed !== state.disputed)
        await reviewAccount(store, before.account_id, deps.now())
      return true
    })
    if (written) return
  }
}

/** Keeps what there was when a payment was disputed, from then until that is decided. */
async function hold(
  store: Stores,
  { account_id, held }: BillingAccountRow,
  disputed: boolean,
  before: Omit<BillingFacts, 'ops'>,
  real: Date,
): Promise<void> {
  if (disputed === (held !== null)) return
  const { facts, now } = await store.billing.facts(account_id, real)
  const kept = disputed ? JSON.stringify(heldOf({ ...before, ops: false }, { ...facts, ops: false }, now)) : null
  await store.billing.change(account_id, { held: kept })
}

async function tell(store: Stores, accountId: string, at: Date): Promise<void> {
  const account = await store.accounts.byId(accountId)
  store.events.tell({
    accountId,
    subject: `account/${account?.name}`,
    type: 'billing.changed',
    message: 'What you pay for has changed; see “billing show”.',
    at,
  })
}

/** What a customer has, as our rows have it. */
export const rowsOf = (accountId: string, { subscriptions }: Pick<CustomerState, 'subscriptions'>): SubscriptionRow[] =>
  subscriptions.map((one) => ({
    id: one.id,
    account_id: accountId,
    status: one.status,
    billing_interval: one.interval,
    unpaid_since: one.unpaidSince,
    ends_at: one.endsAt,
    period_end: one.periodEnd,
    created_at: one.createdAt,
    items: one.items.map(({ id, lookupKey, quantity }) => ({
      id,
      subscription_id: one.id,
      // What is no price of ours grants nothing, and is kept for a person to see.
      offer: priceOf(lookupKey)?.offer.name ?? '',
      lookup_key: lookupKey,
      quantity,
    })),
  }))

/** Answers whether it is other than it was; where it is not, nothing is written. */
async function write(store: Stores, accountId: string, state: CustomerState): Promise<boolean> {
  const read = rowsOf(accountId, state)
  if (fingerprint(read) === fingerprint(await store.billing.subscriptions(accountId))) return false
  await store.billing.replace(
    accountId,
    read.map(({ items: _, ...row }) => row),
    read.flatMap(({ items }) => items),
  )
  return true
}

/** The same for the same rows, in whatever order they and their columns come. */
const fingerprint = (rows: readonly SubscriptionRow[]) =>
  JSON.stringify(
    rows
      .map(({ items, ...row }) => [sorted(row), items.map(sorted).sort()])
      .map((one) => JSON.stringify(one))
      .sort(),
  )

const sorted = (row: object) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)))

/**
 * One synchronisation of a customer at a time, and one more for all who ask meanwhile: each caller gets one that began
 * after the call.
 */
export function createSyncer(deps: Deps): (customerId: string) => Promise<void> {
  const running = new Map<string, { current: Promise<void>; next: Promise<void> | undefined }>()

  function begin(customerId: string): Promise<void> {
    const current = syncCustomer(deps, customerId).finally(() => {
      if (running.get(customerId)?.next === undefined) running.delete(customerId)
    })
    running.set(customerId, { current, next: undefined })
    return current
  }

  return (customerId) => {
    const known = running.get(customerId)
    if (!known) return begin(customerId)
    known.next ??= known.current.catch(() => undefined).then(() => begin(customerId))
    return known.next
  }
}
