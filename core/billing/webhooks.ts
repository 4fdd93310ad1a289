import type { Runtime } from '../operation/runtime.ts'
import type { Billing } from './billing.ts'

type Deps = Pick<Runtime, 'transaction' | 'now'> & { readonly billing: Pick<Billing, 'payments' | 'sync'> }

/**
 * Takes a webhook: checked and kept; throws `not_allowed` for what the provider has not signed. What it leads to is
 * `settled`, which the sender needn't wait for: where it fails, the sweep does it again.
 */
export async function receiveWebhook(
  deps: Deps,
  body: string,
  signature: string,
): Promise<{ readonly settled: Promise<void> }> {
  const event = await deps.billing.payments.event(body, signature)
  const fresh = await deps.transaction((store) => store.webhooks.insert(event, deps.now()))
  return { settled: fresh && event.customerId !== null ? settle(deps, event.customerId) : Promise.resolve() }
}

/** Synchronises a customer, and with that all events about them that came before. */
export async function settle(deps: Deps, customerId: string): Promise<void> {
  const asked = deps.now()
  await deps.billing.sync(customerId)
  await deps.transaction((store) => store.webhooks.synced(customerId, asked, deps.now()))
}
