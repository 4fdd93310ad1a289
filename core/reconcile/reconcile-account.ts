import { faultPoint } from '../operation/faults.ts'
import type { ReconcileDeps } from './reconcile-bouncer.ts'

/**
 * Makes net.irc.now treat an account as it should. A deleted account goes last: its bouncers first, then its name
 * on the network, then the row, so that a crash anywhere leaves something that tells what is still to do.
 */
export async function reconcileAccount(id: string, deps: ReconcileDeps): Promise<number | undefined> {
  const state = await deps.transaction(async (store) => {
    const account = await store.accounts.byId(id)
    return account && { account, bouncers: await store.bouncers.list(id) }
  })
  if (!state) return undefined
  const { account, bouncers } = state
  if (account.deleted_at) {
    // Each purged bouncer wakes this key again.
    if (bouncers.length > 0) return undefined
    await deps.provisioner.removeNetworkAccount(account.name)
    faultPoint('reconcile')
    await deps.transaction((store) => store.accounts.purge(id))
    return undefined
  }
  if (account.observed_generation >= account.generation) return undefined
  await deps.provisioner.applyNetworkAccount(
    { name: account.name, suspended: account.suspended_at !== null, signOuts: account.sign_outs },
    account.applied_sign_outs,
  )
  faultPoint('reconcile')
  await deps.transaction((store) => store.accounts.observed(id, account.generation, account.sign_outs))
  return undefined
}
