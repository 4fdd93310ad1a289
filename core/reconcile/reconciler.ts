import type { Logger } from 'pino'
import { ProvisionerRejected, ProvisionerUnavailable } from '../provisioning/provisioner.port.ts'
import { createWorkQueue } from './queue.ts'
import { reconcileAccount } from './reconcile-account.ts'
import { type ReconcileDeps, reconcileBouncer, record } from './reconcile-bouncer.ts'

export interface Reconciler {
  /** `bouncer/ID` or `account/ID`. */
  add(key: string): void
  /** Looks at every row: at the start, after an outage, and every few minutes in case a wake-up was lost. */
  resync(): Promise<void>
  readonly depth: number
  stop(): Promise<void>
}

export interface ReconcileMetrics {
  observe(kind: string, seconds: number, failed: boolean): void
}

export function startReconciler(deps: ReconcileDeps, log: Logger, metrics?: ReconcileMetrics): Reconciler {
  const queue = createWorkQueue({
    parallel: 8,
    random: Math.random,
    async work(key) {
      const [kind = '', id = ''] = key.split('/')
      const begun = performance.now()
      let failed = true
      try {
        const again = kind === 'bouncer' ? await reconcileBouncer(id, deps) : await reconcileAccount(id, deps)
        failed = false
        return again
      } finally {
        metrics?.observe(kind, (performance.now() - begun) / 1000, failed)
      }
    },
    async failed(key, error, attempt) {
      log.warn({ key, attempt, err: error }, 'reconcile failed; it will be tried again')
      const [kind, id = ''] = key.split('/')
      if (kind === 'bouncer') await tellFailure(id, error)
    },
  })

  async function tellFailure(id: string, error: unknown): Promise<void> {
    const why =
      error instanceof ProvisionerUnavailable
        ? 'The bouncer service is down; it is tried again by itself.'
        : error instanceof ProvisionerRejected
          ? `${error.message} Change it with “bouncer update” or “upstream update”.`
          : 'The bouncer could not be set up; it is tried again by itself, and the operators see why.'
    await deps.transaction(async (store) => {
      const bouncer = await store.bouncers.byId(id)
      // An outage of a bouncer that is as it should be is the platform's news, not this bouncer's.
      if (!bouncer || bouncer.failure === why || bouncer.observed_generation >= bouncer.generation) return
      await store.bouncers.failed(id, why)
      await record(store, deps, bouncer.account_id, `bouncer/${bouncer.name}`, 'bouncer.failed', why)
    })
  }

  async function resync(): Promise<void> {
    const { bouncers, accounts } = await deps.transaction(async (store) => ({
      bouncers: await store.bouncers.ids(),
      accounts: await store.accounts.pending(),
    }))
    for (const { id } of bouncers) queue.add(`bouncer/${id}`)
    for (const { id } of accounts) queue.add(`account/${id}`)
  }

  const timer = setInterval(() => resync().catch((error) => log.warn({ err: error }, 'resync failed')), 300_000)
  return {
    add: (key) => queue.add(key),
    resync,
    get depth() {
      return queue.depth
    },
    async stop() {
      clearInterval(timer)
      await queue.stop()
    },
  }
}
