import { createHash } from 'node:crypto'
import type { AccountRow } from '../accounts/account-store.ts'
import { bouncerPassword } from '../accounts/secrets.ts'
import type { HostPort } from '../platform/info.ts'
import { allowedPlacement, type BouncerRow } from '../provisioning/bouncers/bouncer-store.ts'
import type { DesiredBouncer, DesiredUpstream } from '../provisioning/provisioner.port.ts'
import type { UpstreamRow } from '../provisioning/upstreams/upstream-store.ts'

/** What turning rows into a desired state needs besides them. */
export interface DesiredOptions {
  readonly key: Buffer
  open(sealed: string): string
  /** Where bouncers reach net.irc.now. */
  readonly ownNetwork: HostPort & { readonly tls: boolean; readonly serverFingerprint: string | null }
}

function desiredUpstream(
  row: UpstreamRow,
  bouncer: BouncerRow,
  account: AccountRow,
  options: DesiredOptions,
): DesiredUpstream {
  const open = (sealed: string | null) => (sealed === null ? null : options.open(sealed))
  const own = options.ownNetwork
  const upstream = {
    name: row.name,
    host: row.managed ? own.host : row.host,
    port: row.managed ? own.port : row.port,
    tls: row.managed ? own.tls : row.tls,
    serverFingerprint: row.managed ? own.serverFingerprint : row.server_fingerprint,
    nick: row.nick,
    username: row.username,
    realname: row.realname,
    pass: open(row.sealed_pass),
    sasl: row.managed
      ? { mechanism: 'plain' as const, username: account.name, password: bouncerPassword(options.key, bouncer.id) }
      : row.sasl === 'plain'
        ? {
            mechanism: 'plain' as const,
            username: row.sasl_username ?? '',
            password: open(row.sealed_sasl_password) ?? '',
          }
        : { mechanism: row.sasl },
    channels: JSON.parse(row.channels) as string[],
    enabled: row.enabled && !row.over_limit,
  }
  const digest = createHash('sha256').update(JSON.stringify(upstream)).digest('hex')
  return { ...upstream, digest, managed: row.managed }
}

export const desiredBouncer = (
  bouncer: BouncerRow,
  upstreams: readonly UpstreamRow[],
  account: AccountRow,
  options: DesiredOptions,
): DesiredBouncer => ({
  id: bouncer.id,
  username: bouncer.username,
  nick: bouncer.nick,
  realname: bouncer.realname,
  enabled: bouncer.enabled && !bouncer.over_limit && account.suspended_at === null,
  restarts: bouncer.restarts,
  signOuts: bouncer.sign_outs,
  placement: allowedPlacement(bouncer),
  hostname: bouncer.hostname_verified_at === null ? null : bouncer.hostname,
  upstreams: upstreams.map((row) => desiredUpstream(row, bouncer, account, options)),
})
