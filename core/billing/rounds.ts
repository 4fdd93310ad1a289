import { OperationError } from '../operation/errors.ts'
import type { Runtime } from '../operation/runtime.ts'
import { isLive } from './lifecycle.ts'
import type { Cancel, Claims } from './outbox.ts'
import type { OutboxRow } from './outbox-store.ts'
import { reviewAccount } from './review.ts'
import { settle } from './webhooks.ts'

const day = 86_400_000
const batch = 100

export interface RoundDeps extends Pick<Runtime, 'read' | 'transaction' | 'now' | 'billing'> {
  /** Tells the identity provider what its tokens say of an account. */
  putClaims(accountId: string, claims: Claims): Promise<void>
  /** Hears what did not work; it is tried again. */
  problem(error: unknown, what: string): void
}

/** Waits longer after each failure, an hour at most. */
export const retryAt = (now: Date, attempts: number) =>
  new Date(now.getTime() + Math.min(3_600_000, 1000 * 2 ** Math.min(attempts, 12)))

/** All that billing does by itself, once: what is due is done, what can't be is left for the next round. */
export async function billingRound(deps: RoundDeps, signal?: AbortSignal): Promise<void> {
  await reviewDue(deps, signal)
  await settleOpen(deps, signal)
  await deliverOutbox(deps, signal)
  await syncStale(deps, new Date(deps.now().getTime() - day), signal)
}

/** Accounts of which a grace period, an override or an announced day has come. */
export async function reviewDue(deps: RoundDeps, signal?: AbortSignal): Promise<void> {
  const now = await deps.read((store) => store.billing.now(deps.now()))
  for (const { account_id } of await deps.read((store) => store.billing.due(now, batch))) {
    if (signal?.aborted) return
    await deps
      .transaction((store) => reviewAccount(store, account_id, deps.now()))
      .catch((error) => deps.problem(error, 'an account could not be reviewed'))
  }
}

/** Events that were kept, but have led to nothing: the process ended, or the provider could not be reached. */
async function settleOpen(deps: RoundDeps, signal?: AbortSignal): Promise<void> {
  const before = new Date(deps.now().getTime() - 5000)
  for (const customerId of await deps.read((store) => store.webhooks.open(before, batch))) {
    if (signal?.aborted) return
    await settle(deps, customerId).catch((error) => deps.problem(error, 'a customer could not be synchronised'))
  }
}

/** Customers who were not looked at for a day: no event is needed for what we know to become right. */
export async function syncStale(deps: RoundDeps, before: Date, signal?: AbortSignal): Promise<number> {
  const rows = await deps.read((store) => store.billing.stale(before, batch))
  for (const { customer_id } of rows) {
    if (signal?.aborted) break
    try {
      await deps.billing.sync(customer_id!)
    } catch (error) {
      deps.problem(error, 'a customer could not be synchronised')
      // Whoever comes after would not get on either; of one who is refused, that says nothing of the others.
      if (error instanceof OperationError && error.code === 'unavailable') break
    }
  }
  return rows.length
}

async function deliverOutbox(deps: RoundDeps, signal?: AbortSignal): Promise<void> {
  const now = deps.now()
  for (const row of await deps.read((store) => store.outbox.due(now, batch))) {
    if (signal?.aborted) return
    try {
      await deliver(deps, row)
      await deps.transaction((store) => store.outbox.done(row))
    } catch (error) {
      deps.problem(error, `${row.kind} could not be delivered`)
      const message = error instanceof Error ? error.message : String(error)
      await deps.transaction((store) => store.outbox.failed(row, message, retryAt(now, row.attempts)))
    }
  }
}

async function deliver(deps: RoundDeps, { kind, key, payload, version }: OutboxRow): Promise<void> {
  if (kind === 'claims') {
    const claims = JSON.parse(payload) as Claims
    await deps.putClaims(key, claims)
    return
  }
  // First of all: paid after the subscriptions were read, it would renew for ever.
  const { checkoutId } = JSON.parse(payload) as Partial<Cancel>
  if (checkoutId) await deps.billing.payments.endCheckout(checkoutId)
  const { subscriptions } = await deps.billing.payments.customer(key)
  for (const { id } of subscriptions.filter(isLive)) {
    await deps.billing.payments.setEnd(key, id, 'now', `gone ${id} ${version}`)
  }
}
