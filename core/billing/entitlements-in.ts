import type { Stores } from '../store/stores.ts'
import { type Entitlements, entitlements } from './entitlements.ts'

/** What an account may have, as its rows say inside the caller’s transaction; `null` is nobody. */
export async function entitlementsIn(
  store: Stores,
  account: { readonly id: string; readonly plan: string } | null,
  real: Date,
): Promise<Entitlements> {
  const { facts, now } = await store.billing.facts(account?.id ?? '', real)
  return entitlements({ ...facts, ops: account?.plan === 'ops' }, now)
}
