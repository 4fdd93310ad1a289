import { OperationError } from '../operation/errors.ts'
import type { Runtime } from '../operation/runtime.ts'
import { isLive } from './lifecycle.ts'
import type { Cancel, Claims } from './outbox.ts'
import type { OutboxRow } from './outbox-store.ts'
import type { RetryKind } from './retry-store.ts'
import { reviewAccount } from './review.ts'
import { settle } from './webhooks.ts'

const day = 86_400_000
const batch = 100

export interface RoundDeps extends Pick<Runtime, 'read' | 'transaction' | 'now' | 'billing'> {
  /** Tells the identity provider what its tokens say of an account. */
  putClaims(accountId: string, claims: Claims): Promise<void>
  /** Hears what did not work; it is tried again. `whom` says with whom, how often it has failed, and when it is tried next. */
  problem(error: unknown, what: string, whom?: Failure): void
}

type ReviewDeps = Pick<RoundDeps, 'read' | 'transaction' | 'now' | 'problem'>

interface Failure {
  readonly key: string
  readonly attempts: number
  readonly nextAt: Date
}

/** Waits longer after each failure, an hour at most. */
export const retryAt = (now: Date, attempts: number) =>
  new Date(now.getTime() + Math.min(3_600_000, 1000 * 2 ** Math.min(attempts, 12)))

/** From a minute to a day: whom nothing can be done with for ever is still looked at, and keeps nobody else waiting. */
const putOffUntil = (now: Date, attempts: number) =>
  new Date(now.getTime() + Math.min(day, 60_000 * 2 ** Math.min(attempts - 1, 12)))

/** All that billing does by itself, once: what is due is done, what can't be is left for the next round. */
export async function billingRound(deps: RoundDeps, signal?: AbortSignal): Promise<void> {
  await reviewDue(deps, signal)
  await settleOpen(deps, signal)
  await deliverOutbox(deps, signal)
  await syncStale(deps, new Date(deps.now().getTime() - day), signal)
}

/** Notes that somebody could not be done with, so that they come again later, after the others. */
async function putOff(deps: ReviewDeps, kind: RetryKind, key: string, error: unknown, what: string): Promise<void> {
  const now = deps.now()
  const message = error instanceof Error ? error.message : String(error)
  const attempts = await deps.transaction((store) =>
    store.retries.failed(kind, key, message, (count) => putOffUntil(now, count)),
  )
  deps.problem(error, what, { key, attempts, nextAt: putOffUntil(now, attempts) })
}

/** Accounts of which a grace period, an override or an announced day has come. */
export async function reviewDue(deps: ReviewDeps, signal?: AbortSignal): Promise<void> {
  const now = await deps.read((store) => store.billing.now(deps.now()))
  for (const { account_id } of await deps.read((store) => store.billing.due(now, deps.now(), batch))) {
    if (signal?.aborted) return
    await deps
      .transaction(async (store) => {
        await reviewAccount(store, account_id, deps.now())
        await store.retries.done('review', account_id)
      })
      .catch((error) => putOff(deps, 'review', account_id, error, 'an account could not be reviewed'))
  }
}

/** Events that were kept, but have led to nothing: the process ended, or the provider could not be reached. */
async function settleOpen(deps: RoundDeps, signal?: AbortSignal): Promise<void> {
  const now = deps.now()
  const before = new Date(now.getTime() - 5000)
  for (const customerId of await deps.read((store) => store.webhooks.open(before, now, batch))) {
    if (signal?.aborted) return
    if (!(await synchronised(deps, customerId, () => settle(deps, customerId)))) return
  }
}

/** Customers who were not looked at for a day: no event is needed for what we know to become right. Answers how many. */
export async function syncStale(deps: RoundDeps, before: Date, signal?: AbortSignal): Promise<number> {
  const rows = await deps.read((store) => store.billing.stale(before, deps.now(), batch))
  for (const { customer_id } of rows) {
    if (signal?.aborted) break
    if (!(await synchronised(deps, customer_id!, () => deps.billing.sync(customer_id!)))) break
  }
  return rows.length
}

/** False where the provider is away, so that whoever comes after would not get on either. */
async function synchronised(deps: RoundDeps, customerId: string, work: () => Promise<void>): Promise<boolean> {
  const what = 'a customer could not be synchronised'
  try {
    await work()
  } catch (error) {
    if (error instanceof OperationError && error.code === 'unavailable') {
      deps.problem(error, what)
      return false
    }
    await putOff(deps, 'sync', customerId, error, what)
  }
  return true
}

async function deliverOutbox(deps: RoundDeps, signal?: AbortSignal): Promise<void> {
  const now = deps.now()
  for (const row of await deps.read((store) => store.outbox.due(now, batch))) {
    if (signal?.aborted) return
    try {
      await deliver(deps, row)
      await deps.transaction((store) => store.outbox.done(row))
    } catch (error) {
      const nextAt = retryAt(now, row.attempts)
      deps.problem(error, `${row.kind} could not be delivered`, { key: row.key, attempts: row.attempts + 1, nextAt })
      const message = error instanceof Error ? error.message : String(error)
      await deps.transaction((store) => store.outbox.failed(row, message, nextAt))
    }
  }
}

async function deliver(deps: RoundDeps, { kind, key, payload, version }: OutboxRow): Promise<void> {
  if (kind === 'claims') {
    const claims = JSON.parse(payload) as Claims
    await deps.putClaims(key, claims)
    return
  }
  // First of all: paid after the subscriptions were read, it would renew for ever. Refused, it keeps none from ending.
  const { checkoutId } = JSON.parse(payload) as Partial<Cancel>
  const page = checkoutId ? deps.billing.payments.endCheckout(checkoutId) : Promise.resolve()
  await page.catch(() => undefined)
  const { subscriptions } = await deps.billing.payments.customer(key)
  for (const { id } of subscriptions.filter(isLive)) {
    await deps.billing.payments.setEnd(key, id, 'now', `gone ${id} ${version}`)
  }
  await page
}
