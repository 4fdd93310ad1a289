import type { Before } from '../operation/context.ts'
import { OperationError } from '../operation/errors.ts'
import type { Stores } from '../store/stores.ts'
import { assertSandboxSells } from './belonging.ts'
import type { BillingAccountRow, SubscriptionRow } from './billing-store.ts'
import { isLive } from './lifecycle.ts'

/** The member's customer at the provider; opened before anything is bought, once. */
export async function customerFor({ actor, billing, read, transaction }: Before): Promise<string> {
  const known = await read((store) => store.billing.byAccount(actor.id))
  if (known?.customer_id) return known.customer_id
  const email = (await read((store) => store.accounts.byId(actor.id)))?.email ?? null
  const customerId = await billing.payments.createCustomer(
    { accountId: actor.id, name: actor.name, email },
    // With another address it is another request, which the provider would not take under the same key.
    `customer ${actor.id} ${email ?? ''}`,
  )
  return transaction(async (store) => {
    await store.accounts.lock(actor.id)
    if (await isGone(store, actor.id)) throw gone()
    await store.billing.open(actor.id)
    // Asked once the row is held: whoever makes the payments Stripe's is done by now, or takes away what is written here.
    if (billing.sandbox) await assertSandboxSells(store)
    const first = (await store.billing.byAccount(actor.id))?.customer_id
    // What another has bought for meanwhile stays; the one that was made here has nothing.
    if (first) return first
    await store.billing.change(actor.id, { customer_id: customerId })
    return customerId
  })
}

/** Whether the account was deleted: nobody ends what is stored for it after that. */
export async function isGone(store: Stores, accountId: string): Promise<boolean> {
  const account = await store.accounts.byId(accountId)
  return !account || account.deleted_at !== null
}

export const gone = () => new OperationError('not_found', 'The account is gone.')

/** The member's customer, where there is one; throws `not_found` where nothing was ever bought. */
export async function knownCustomer({ actor, read }: Before): Promise<string> {
  const row = await read((store) => store.billing.byAccount(actor.id))
  if (row?.customer_id) return row.customer_id
  throw new OperationError('not_found', 'You have bought nothing yet; see “plan list”.')
}

/** What runs of the member's subscriptions, as last read, each of which can be changed. */
export async function subscriptionsOf({ actor, read }: Before): Promise<{
  row: BillingAccountRow | undefined
  live: SubscriptionRow[]
}> {
  return read(async (store) => ({
    row: await store.billing.byAccount(actor.id),
    live: (await store.billing.subscriptions(actor.id)).filter(isLive),
  }))
}

/** Throws where nothing more may be bought. */
export function assertMayChange(row: BillingAccountRow | undefined, live: readonly SubscriptionRow[]): void {
  if (row?.disputed)
    throw new OperationError('conflict', 'A payment of yours is disputed; write to the operators, who look at it.')
  if (live.some(({ status }) => status === 'past_due' || status === 'unpaid'))
    throw new OperationError('conflict', 'A bill is open; pay it first: “billing portal”.')
}
