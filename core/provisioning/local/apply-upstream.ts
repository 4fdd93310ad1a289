import { createHash } from 'node:crypto'
import type { DesiredBouncer, DesiredUpstream } from '../provisioner.port.ts'
import type { LedgerUpstream } from './ledger.ts'
import { hostPort } from './ports.ts'
import { type SojuBouncer, unless } from './soju-bouncer.ts'
import type { SojuNetwork } from './soju-text.ts'

/** With a scheme, so that it never equals a network's name: soju finds networks by either. */
export function addressOf({ host, port, tls }: DesiredUpstream): string {
  return `${tls ? 'ircs' : 'irc+insecure'}://${hostPort(host, port)}`
}

/** What an upstream is compared with: its bouncer decides what soju makes of some of it. */
type Profile = Pick<DesiredBouncer, 'nick' | 'realname'>

/**
 * A digest over all that makes soju connect anew; channels do not. The bouncer's own nick and real name count: where an
 * upstream's equal them, soju forgets that they were given, and the upstream would follow their next change.
 */
export function connectionDigest(
  { channels, digest, managed, ...connection }: DesiredUpstream,
  profile: Profile,
): string {
  const { nick, realname } = profile
  return createHash('sha256')
    .update(JSON.stringify([connection, nick, realname]))
    .digest('hex')
}

/** Whether soju still has the upstream as it was applied; members can change some of it by BouncerServ. */
export function isCurrent(
  desired: DesiredUpstream,
  profile: Profile,
  known: LedgerUpstream | undefined,
  live: SojuNetwork | undefined,
): boolean {
  return known?.digest === desired.digest && isConnectionCurrent(desired, profile, known, live)
}

function isConnectionCurrent(
  desired: DesiredUpstream,
  profile: Profile,
  known: LedgerUpstream | undefined,
  live: SojuNetwork | undefined,
): boolean {
  return (
    live !== undefined &&
    known?.connection === connectionDigest(desired, profile) &&
    live.address === addressOf(desired) &&
    (live.state === 'disabled') === !desired.enabled
  )
}

/** Marks an upstream as being worked on: whatever happens now, the next application does it again. */
export function unsettled(
  desired: DesiredUpstream,
  profile: Profile,
  known: LedgerUpstream | undefined,
): LedgerUpstream {
  // A change of channels alone leaves the connection as it is.
  const kept = known?.connection === connectionDigest(desired, profile) ? known : null
  return {
    digest: null,
    connection: kept?.connection ?? null,
    sasl: kept?.sasl ?? null,
    channels: [...new Set([...(known?.channels ?? []), ...desired.channels])],
    address: addressOf(desired),
    login: loginOf(desired),
  }
}

const loginOf = ({ sasl }: DesiredUpstream) => (sasl.mechanism === 'plain' ? sasl.username : null)

export interface AppliedUpstream {
  readonly known: LedgerUpstream
  /** What could not be done, one sentence; the rest is. */
  readonly note: string | null
}

/** Makes one upstream match. `before` is what the ledger said before it was marked. */
export async function applyUpstream(
  bouncer: SojuBouncer,
  desired: DesiredUpstream,
  profile: Profile,
  before: LedgerUpstream | undefined,
  live: SojuNetwork | undefined,
): Promise<AppliedUpstream> {
  const { name } = desired
  let note: string | null
  const enabled = [`-enabled=${desired.enabled}`, '-ignore-limit']
  if (isConnectionCurrent(desired, profile, before, live)) {
    note = await applyChannels(bouncer, desired, before?.channels ?? [])
  } else if (live && (await bouncer.sasl(name))) {
    // (A member can give a network of theirs a name that makes its status read like this one's; soju knows better.)
    // Credentials first: the update makes soju connect with them.
    await applySasl(bouncer, desired, before?.sasl ?? null)
    note = await applyChannels(bouncer, desired, before?.channels ?? [])
    await bouncer.run('network', 'update', name, ...connectionFlags(desired), ...enabled)
  } else {
    // Disabled until it has its credentials: otherwise soju would connect without them at once.
    const off = ['-enabled=false', '-ignore-limit']
    await bouncer.run('network', 'create', '-name', name, ...connectionFlags(desired), ...off)
    await applySasl(bouncer, desired, 'none')
    note = await applyChannels(bouncer, desired, [])
    if (desired.enabled) await bouncer.run('network', 'update', name, ...enabled)
  }
  const known: LedgerUpstream = {
    digest: desired.digest,
    connection: connectionDigest(desired, profile),
    sasl: desired.sasl.mechanism,
    channels: desired.channels,
    address: addressOf(desired),
    login: loginOf(desired),
  }
  return { known, note }
}

function connectionFlags(desired: DesiredUpstream): string[] {
  return [
    ...['-addr', addressOf(desired)],
    ...['-nick', desired.nick],
    ...['-username', desired.username ?? ''],
    ...['-realname', desired.realname ?? ''],
    ...['-pass', desired.pass ?? ''],
    ...['-certfp', desired.serverFingerprint ?? ''],
  ]
}

/** Gives the bouncer the credentials of a network. */
export async function applySasl(bouncer: SojuBouncer, desired: DesiredUpstream, before: LedgerUpstream['sasl']) {
  const { name, sasl } = desired
  if (sasl.mechanism === 'plain') {
    await bouncer.run('sasl', 'set-plain', '-network', name, '--', sasl.username, sasl.password)
  } else if (sasl.mechanism === 'external') {
    // A certificate is registered with the network's services: it stays for as long as it is in use.
    if ((await bouncer.fingerprint(name)) === null) {
      await bouncer.run('certfp', 'generate', '-key-type', 'ecdsa', '-network', name)
    }
  } else if (before !== 'none') {
    // What soju saved by itself when the member signed in by hand stays.
    await bouncer.run('sasl', 'reset', '-network', name)
  }
}

async function applyChannels(
  bouncer: SojuBouncer,
  { name, channels }: DesiredUpstream,
  ours: readonly string[],
): Promise<string | null> {
  const wanted = new Set(channels.map((channel) => channel.toLowerCase()))
  for (const channel of ours) {
    if (wanted.has(channel.toLowerCase()) || channel.includes('/')) continue
    await unless(/unknown channel/, bouncer.run('channel', 'delete', `${channel}/${name}`))
  }
  if (channels.length === 0) return null
  const there = new Set((await bouncer.channels(name)).map((channel) => channel.toLowerCase()))
  let note: string | null = null
  for (const channel of channels) {
    if (there.has(channel.toLowerCase())) continue
    // soju's command reads what follows the first slash as the network.
    if (channel.includes('/'))
      note = `${channel} has to be joined by hand: the bouncer cannot keep a channel with a slash.`
    else {
      const refused = /already exists|not a channel name|invalid channel name/
      const created = await unless(refused, bouncer.run('channel', 'create', `${channel}/${name}`))
      const late =
        created === null && !(await bouncer.channels(name)).some((one) => one.toLowerCase() === channel.toLowerCase())
      if (late) note = `${channel} is no channel on this network.`
    }
  }
  return note
}
