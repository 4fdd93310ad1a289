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
    await deps.provisioner.removeNetworkAccount({ id, name: account.name })
    faultPoint('reconcile')
    await deps.transaction((store) => store.accounts.purge(id))
    return undefined
  }
  const { name, suspended_at, sign_outs } = account
  await deps.provisioner.applyNetworkAccount({ id, name, suspended: suspended_at !== null, signOuts: sign_outs })
  return undefined
}
