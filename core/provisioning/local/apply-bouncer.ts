import { createHash } from 'node:crypto'
import type { DesiredBouncer, ObservedUpstream } from '../provisioner.port.ts'
import { applySasl, applyUpstream, isCurrent, unsettled } from './apply-upstream.ts'
import type { Ledger, LedgerBouncer, LedgerUpstream } from './ledger.ts'
import type { SojuBouncer } from './soju-bouncer.ts'
import type { SojuNetwork } from './soju-text.ts'

const notSignedIn = 'Connected without being signed in: the network did not take the credentials.'

/** Makes a bouncer match, by as few commands as it takes; each step may be the last one before a crash. */
export async function applyBouncer(
  bouncer: SojuBouncer,
  ledger: Ledger<LedgerBouncer>,
  desired: DesiredBouncer,
  progress: (step: string) => void,
): Promise<ObservedUpstream[]> {
  const { id, restarts, signOuts } = desired
  const profile = createHash('sha256')
    .update(JSON.stringify([desired.nick, desired.realname]))
    .digest('hex')
  const settled: LedgerBouncer = { id, profile, restarts, signOuts, upstreams: {} }
  let known = await ledger.read(bouncer.username)
  // It was deleted while another home ran the services, and its name given to this one.
  if (known?.id !== undefined && known.id !== id) await bouncer.delete()
  const enabled = await bouncer.enabled()
  if (enabled === null) {
    progress('creating the bouncer')
    // What was noted about a former user of this name is no longer true.
    known = settled
    await ledger.write(bouncer.username, settled)
    await bouncer.create(desired.nick, desired.realname, desired.enabled)
  } else {
    if (known && known.profile !== profile) {
      // Changing it also changes upstreams (see connectionDigest): should we die now, all of them are set up again.
      known = { ...known, profile: null, upstreams: withoutConnections(known.upstreams) }
      await ledger.write(bouncer.username, known)
    }
    await applyUser(bouncer, desired, { known, profile, enabled }, progress)
  }
  known = { ...settled, upstreams: known?.upstreams ?? {} }

  const live = new Map((enabled === null ? [] : await bouncer.networks()).map((network) => [network.name, network]))
  const notes = await applyUpstreams(bouncer, ledger, desired, known, live, progress)
  const upstreams = await observe(bouncer, desired.enabled, notes)
  for (const own of desired.upstreams) {
    if (!own.managed) continue
    const place = upstreams.findIndex(({ name, state }) => name === own.name && state === 'connected')
    if (place < 0) continue
    const sasl = await bouncer.sasl(own.name)
    const as = own.sasl.mechanism
    if (sasl?.mechanism === as && (as === 'none' || sasl.signedIn)) continue
    // The platform's own credentials are right: a client has put others in their place by BouncerServ, or they were
    // refused while nobody could be asked.
    await applySasl(bouncer, own, null)
    await bouncer.reconnect(own.name)
    // So that it is looked at again soon.
    upstreams[place] = { ...upstreams[place]!, state: 'connecting' }
  }
  return upstreams
}

function withoutConnections(upstreams: LedgerBouncer['upstreams']): LedgerBouncer['upstreams'] {
  return Object.fromEntries(Object.entries(upstreams).map(([name, entry]) => [name, { ...entry, connection: null }]))
}

interface UserBefore {
  readonly known: LedgerBouncer | null
  readonly profile: string
  readonly enabled: boolean
}

async function applyUser(
  bouncer: SojuBouncer,
  desired: DesiredBouncer,
  before: UserBefore,
  progress: (step: string) => void,
): Promise<void> {
  const { known } = before
  // Without a note nobody can tell who is in; and all upstreams are set up anew below, which is a restart.
  if (desired.signOuts > (known?.signOuts ?? 0)) {
    progress('ending client sessions')
    await bouncer.signOutClients()
  }
  if (known?.profile !== before.profile) await bouncer.setProfile(desired.nick, desired.realname)
  const restart = known !== null && desired.restarts > known.restarts && desired.enabled && before.enabled
  if (restart) {
    progress('restarting the bouncer')
    await bouncer.setEnabled(false)
  }
  if (restart || before.enabled !== desired.enabled) await bouncer.setEnabled(desired.enabled)
}

async function applyUpstreams(
  bouncer: SojuBouncer,
  ledger: Ledger<LedgerBouncer>,
  desired: DesiredBouncer,
  known: LedgerBouncer,
  live: ReadonlyMap<string, SojuNetwork>,
  progress: (step: string) => void,
): Promise<Map<string, string>> {
  const notes = new Map<string, string>()
  const stale = desired.upstreams.filter(({ name, ...rest }) => {
    return !isCurrent({ name, ...rest }, desired, known.upstreams[name], live.get(name))
  })
  const wanted = new Set(desired.upstreams.map(({ name }) => name))
  const superfluous = [...live.keys()].filter((name) => !wanted.has(name))
  const upstreams: Record<string, LedgerUpstream> = {}
  for (const { name } of desired.upstreams) {
    const entry = known.upstreams[name]
    if (entry) upstreams[name] = entry
  }
  const before = { ...upstreams }
  for (const upstream of stale)
    upstreams[upstream.name] = unsettled(upstream, desired, live.has(upstream.name) ? before[upstream.name] : undefined)
  const isNew = JSON.stringify({ ...known, upstreams }) !== JSON.stringify(await ledger.read(bouncer.username))
  if (isNew) await ledger.write(bouncer.username, { ...known, upstreams })

  for (const name of superfluous) {
    progress(`removing ${name}`)
    await bouncer.run('network', 'delete', name)
  }
  for (const upstream of stale) {
    progress(`setting up ${upstream.name}`)
    const { name } = upstream
    const result = await applyUpstream(
      bouncer,
      upstream,
      desired,
      live.has(name) ? before[name] : undefined,
      live.get(name),
    )
    upstreams[name] = result.known
    if (result.note) notes.set(name, result.note)
  }
  if (stale.length > 0) await ledger.write(bouncer.username, { ...known, upstreams })
  return notes
}

/** The live state of all upstreams. */
export async function observe(
  bouncer: SojuBouncer,
  enabled: boolean,
  notes: ReadonlyMap<string, string> = new Map(),
): Promise<ObservedUpstream[]> {
  const observed: ObservedUpstream[] = []
  for (const { name, state, error } of await bouncer.networks()) {
    const sasl = await bouncer.sasl(name)
    // When a network refuses the credentials, soju stays on it as a guest.
    const refused = state === 'connected' && sasl?.mechanism !== 'none' && !sasl?.signedIn ? notSignedIn : null
    observed.push({
      name,
      // soju has no word for it: neither connected nor failed yet.
      state: !enabled ? 'disabled' : state === 'disconnected' && error === null ? 'connecting' : state,
      nick: null,
      error: error ?? refused ?? notes.get(name) ?? null,
      certificateFingerprint: sasl?.mechanism === 'external' ? await bouncer.fingerprint(name) : null,
    })
  }
  return observed
}

/** The networks among these that soju should be signed in on but is not; those in between count as well. */
export async function notSignedInOn(bouncer: SojuBouncer, names: readonly string[]): Promise<string[]> {
  const out: string[] = []
  for (const { name, state } of await bouncer.networks()) {
    if (state === 'disabled' || !names.includes(name)) continue
    const sasl = await bouncer.sasl(name)
    if (state !== 'connected' || (sasl?.mechanism !== 'none' && !sasl?.signedIn)) out.push(name)
  }
  return out
}
