import { OperationError } from '../operation/errors.ts'
import type { Outer } from '../operation/outer.ts'
import type { BillingAccountRow, SubscriptionRow } from './billing-store.ts'
import { isLive } from './lifecycle.ts'

/** The member's customer at the provider; opened before anything is bought, once. */
export async function customerFor(outer: Outer): Promise<string> {
  const { member } = outer
  const known = await outer.read((store) => store.billing.byAccount(member.id))
  if (known?.customer_id) return known.customer_id
  const account = await outer.read((store) => store.accounts.byId(member.id))
  const customerId = await outer.billing.payments.createCustomer(
    { accountId: member.id, name: member.name, email: account?.email ?? null },
    `customer ${member.id}`,
  )
  await outer.transaction(async (store) => {
    await store.accounts.lock(member.id)
    await store.billing.open(member.id)
    await store.billing.change(member.id, { customer_id: customerId })
  })
  return customerId
}

/** The member's customer, where there is one; throws `not_found` where nothing was ever bought. */
export async function knownCustomer(outer: Outer): Promise<string> {
  const row = await outer.read((store) => store.billing.byAccount(outer.member.id))
  if (row?.customer_id) return row.customer_id
  throw new OperationError('not_found', 'You have bought nothing yet; see “plan list”.')
}

/** What runs of the member's subscriptions, as last read, each of which can be changed. */
export async function subscriptionsOf(outer: Outer): Promise<{
  row: BillingAccountRow | undefined
  live: SubscriptionRow[]
}> {
  return outer.read(async (store) => ({
    row: await store.billing.byAccount(outer.member.id),
    live: (await store.billing.subscriptions(outer.member.id)).filter(isLive),
  }))
}

/** Throws where nothing more may be bought. */
export function assertMayChange(row: BillingAccountRow | undefined, live: readonly SubscriptionRow[]): void {
  if (row?.disputed)
    throw new OperationError('conflict', 'A payment of yours is disputed; write to the operators, who look at it.')
  if (live.some(({ status }) => status === 'past_due' || status === 'unpaid'))
    throw new OperationError('conflict', 'A bill is open; pay it first: “billing portal”.')
}
