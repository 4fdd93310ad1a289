import type { Logger } from 'pino'
import { type Owned, ProvisionerRejected, ProvisionerUnavailable } from '../provisioning/provisioner.port.ts'
import { createWorkQueue } from './queue.ts'
import { reconcileAccount } from './reconcile-account.ts'
import { type ReconcileDeps, reconcileBouncer, record } from './reconcile-bouncer.ts'

export interface Reconciler {
  /** `bouncer/ID` or `account/ID`. */
  add(key: string): void
  /**
   * Looks at every row, and at everything that was ever made here: at the start, after an outage, and every few minutes
   * in case a wake-up was lost.
   */
  resync(): Promise<void>
  readonly depth: number
  stop(): Promise<void>
}

export interface ReconcileMetrics {
  observe(kind: string, seconds: number, failed: boolean): void
}

export function startReconciler(deps: ReconcileDeps, log: Logger, metrics?: ReconcileMetrics): Reconciler {
  const { provisioner } = deps
  const workOf: Readonly<Record<string, (id: string, name: string) => Promise<number | undefined>>> = {
    bouncer: (id) => reconcileBouncer(id, deps),
    account: (id) => reconcileAccount(id, deps),
    'former-bouncer': (id, name) => provisioner.removeBouncer({ id, name }).then(() => undefined),
    'former-account': (id, name) => provisioner.removeNetworkAccount({ id, name }).then(() => undefined),
  }
  const queue = createWorkQueue({
    parallel: 8,
    random: Math.random,
    async work(key) {
      const [kind = '', id = '', name = ''] = key.split('/')
      const begun = performance.now()
      let failed = true
      try {
        const again = await workOf[kind]?.(id, name)
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
      record(store, deps, bouncer.account_id, `bouncer/${bouncer.name}`, 'bouncer.failed', why)
    })
  }

  async function resync(): Promise<void> {
    // Asked before the rows are: what was made by now has had a row, and without one it is gone for good.
    const made = await provisioner.applied()
    const rows = await deps.transaction(async (store) => ({
      bouncers: await store.bouncers.ids(),
      accounts: await store.accounts.ids(),
    }))
    // They were deleted while another home ran the services; their names may be others' by now.
    for (const { id, name } of without(rows.bouncers, made.bouncers)) queue.add(`former-bouncer/${id}/${name}`)
    for (const { id, name } of without(rows.accounts, made.networkAccounts)) queue.add(`former-account/${id}/${name}`)
    for (const { id } of rows.bouncers) queue.add(`bouncer/${id}`)
    for (const { id } of rows.accounts) queue.add(`account/${id}`)
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

function without(rows: readonly { readonly id: string }[], made: readonly Owned[]): readonly Owned[] {
  const ids = new Set(rows.map(({ id }) => id))
  return made.filter(({ id }) => !ids.has(id))
}
