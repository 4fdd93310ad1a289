import { faultPoint } from '../operation/faults.ts'
import type { BouncerRow } from '../provisioning/bouncers/bouncer-store.ts'
import type { Dns } from '../provisioning/dns.port.ts'
import type { ObservedBouncer, ObservedUpstream, Provisioner } from '../provisioning/provisioner.port.ts'
import type { UpstreamRow } from '../provisioning/upstreams/upstream-store.ts'
import type { Stores } from '../store/stores.ts'
import { checkHostname, isStillProved } from './check-hostname.ts'
import { type DesiredOptions, desiredBouncer } from './desired.ts'

export interface ReconcileDeps extends DesiredOptions {
  readonly provisioner: Provisioner
  readonly dns: Dns
  /** Where the platform’s bouncers are reached. */
  readonly publicHost: string
  transaction<T>(work: (store: Stores) => Promise<T>): Promise<T>
  now(): Date
}

/** Milliseconds until the next look: at once again while something has only begun to connect, seldom when all is well. */
const atOnce = 100
const soon = 1000
const often = 3000
const seldom = 30_000

/** Makes one bouncer as it should be. Answers when to look again, or nothing when it is gone. */
export async function reconcileBouncer(id: string, deps: ReconcileDeps): Promise<number | undefined> {
  await lookAtHostname(id, deps)
  const state = await deps.transaction(async (store) => {
    const bouncer = await store.bouncers.byId(id)
    if (!bouncer) return null
    const account = (await store.accounts.byId(bouncer.account_id))!
    return { bouncer, account, upstreams: await store.upstreams.list(id) }
  })
  if (!state) return undefined
  const { bouncer, account, upstreams } = state
  const tell = (type: string, message: string) =>
    deps.transaction(async (store) => record(store, deps, bouncer.account_id, `bouncer/${bouncer.name}`, type, message))

  if (bouncer.deleted_at) {
    await deps.provisioner.removeBouncer({ id, name: bouncer.username })
    faultPoint('reconcile')
    await deps.transaction(async (store) => {
      await store.bouncers.purge(id)
      record(
        store,
        deps,
        bouncer.account_id,
        `bouncer/${bouncer.name}`,
        'bouncer.gone',
        `The bouncer “${bouncer.name}” is deleted.`,
      )
      store.wake(`reconcile account/${bouncer.account_id}`)
    })
    return undefined
  }
  const behind = bouncer.observed_generation < bouncer.generation
  const desired = desiredBouncer(bouncer, upstreams, account, deps)
  const observed = await deps.provisioner.applyBouncer(desired, (step) => {
    if (behind) tell('bouncer.progress', step).catch(() => undefined)
  })
  faultPoint('reconcile')
  const stateOf = (row: UpstreamRow | undefined) => observed.upstreams.find(({ name }) => name === row?.name)?.state
  await deps.transaction(async (store) => {
    await store.bouncers.observed(id, bouncer.generation, {
      placed: observed.placement,
      move_failure: observed.moveFailure,
      hostname_fingerprint: observed.hostnameFingerprint,
    })
    const own = upstreams.find(({ managed, enabled }) => managed && enabled)
    const off = !desired.enabled || stateOf(own) === 'disabled'
    const ready = off || stateOf(own) === 'connected' || !own
    const the = `The bouncer “${bouncer.name}”`
    const say = (type: string, message: string) =>
      record(store, deps, bouncer.account_id, `bouncer/${bouncer.name}`, type, message)
    if (observed.placement !== bouncer.placed) say('bouncer.moved', movedTo(bouncer.name, observed.placement))
    else if (observed.moveFailure && observed.moveFailure !== bouncer.move_failure)
      say('bouncer.failed', observed.moveFailure)
    if (ready && (behind || own?.state !== stateOf(own))) {
      if (!off) say('bouncer.ready', `${the} is ready.`)
      else
        say('bouncer.stopped', `${the} is ${bouncer.enabled ? 'stopped: its account is suspended' : 'switched off'}.`)
    } else if (behind && own) say('bouncer.progress', `connecting to ${own.name}`)
    for (const row of upstreams) {
      const seen = observed.upstreams.find((one) => one.name === row.name)
      if (seen) await observeUpstream(store, deps, row, seen, bouncer.account_id, bouncer.name)
    }
  })
  const waits = upstreams.flatMap((row) => {
    const state = stateOf(row)
    if (state === 'disconnected') return [often]
    if (state !== 'connecting') return []
    // As long again as it has been connecting.
    const since = row.state === state ? (row.state_since?.getTime() ?? 0) : deps.now().getTime()
    return [Math.min(often, Math.max(atOnce, deps.now().getTime() - since))]
  })
  return Math.min(behind ? soon : seldom, ...waits)
}

/**
 * Sees whether a host name that is not yet proved to be the bouncer's now is. Who has proved it before has it as long as
 * that proof is there too: a domain that has gone to somebody else takes its names along.
 */
async function lookAtHostname(id: string, deps: ReconcileDeps): Promise<void> {
  const row = await deps.transaction((store) => store.bouncers.byId(id))
  if (!row || row.hostname === null || row.hostname_verified_at !== null || row.deleted_at) return
  const { hostname } = row
  const lack = await checkHostname(deps.dns, row, hostname, deps.publicHost)
  if (lack !== null && lack === row.hostname_note) return
  const holder = lack === null ? await deps.transaction((store) => store.bouncers.byHostname(hostname)) : undefined
  const loser = holder && !(await isStillProved(deps.dns, holder, hostname)) ? holder.id : undefined
  await deps.transaction(async (store) => {
    const mine = await store.bouncers.byId(id)
    // Asking takes a while. Nobody loses a name for one that does not want it any more.
    if (mine?.hostname !== hostname || mine.deleted_at) return
    const other = lack === null ? await store.bouncers.byHostname(hostname) : undefined
    const kept = other && other.id !== loser
    const found = kept ? `${hostname} belongs to another bouncer as long as its TXT record is there too.` : lack
    if (found !== null && found === row.hostname_note) return
    if (other && !kept) await takeHostname(store, deps, other, hostname)
    if (!(await store.bouncers.hostnameSeen(id, hostname, found, deps.now()))) return
    const message = found ?? `The bouncer “${row.name}” is reached as ${hostname} now.`
    record(store, deps, row.account_id, `bouncer/${row.name}`, 'bouncer.hostname', message)
  })
}

/** Its bouncer goes on wanting it, and says what its DNS lacks. */
async function takeHostname(store: Stores, deps: ReconcileDeps, row: BouncerRow, hostname: string): Promise<void> {
  await store.bouncers.hostnameLost(row.id, hostname, `${hostname} is proved to be another bouncer’s.`)
  const message = `${hostname} is proved to be another bouncer’s; “${row.name}” is reached by it no more.`
  record(store, deps, row.account_id, `bouncer/${row.name}`, 'bouncer.hostname', message)
  store.wake(`reconcile bouncer/${row.id}`)
}

const movedTo = (name: string, placement: ObservedBouncer['placement']) =>
  placement === 'dedicated'
    ? `The bouncer “${name}” has moved to a bouncer of its own.`
    : `The bouncer “${name}” has moved to the shared bouncer.`

async function observeUpstream(
  store: Stores,
  deps: ReconcileDeps,
  row: UpstreamRow,
  seen: ObservedUpstream,
  accountId: string,
  bouncerName: string,
): Promise<void> {
  const same =
    row.state === seen.state &&
    row.state_nick === seen.nick &&
    row.last_error === (seen.state === 'connected' ? seen.error : (seen.error ?? row.last_error)) &&
    row.certificate_fingerprint === seen.certificateFingerprint
  if (same) return
  const changed = row.state !== seen.state
  await store.upstreams.update(row.id, {
    state: seen.state,
    state_nick: seen.nick,
    // The last error stays to be read while it is being tried again; being connected clears it, unless the sign-in
    // there was refused: then it is connected, and says so.
    last_error: seen.state === 'connected' ? seen.error : (seen.error ?? row.last_error),
    certificate_fingerprint: seen.certificateFingerprint,
    ...(changed ? { state_since: deps.now() } : {}),
  })
  if (!changed) return
  const why = seen.error ? `: ${seen.error}` : ''
  record(
    store,
    deps,
    accountId,
    `upstream/${bouncerName}/${row.name}`,
    `upstream.${seen.state}`,
    `${row.name} is ${seen.state}${why}.`,
  )
}

export function record(
  store: Stores,
  deps: Pick<ReconcileDeps, 'now'>,
  accountId: string,
  subject: string,
  type: string,
  message: string,
): void {
  store.events.tell({ accountId, subject, type, message, at: deps.now() })
}
