/**
 * What a bouncer and its owner should look like in the world, and what they do look like.
 * The reconciler is the only caller.
 */

/** One network a bouncer connects to, complete: what is absent here is absent in the bouncer. */
export interface DesiredUpstream {
  /** Unique within the bouncer; never changes. */
  readonly name: string
  readonly host: string
  readonly port: number
  /** `false` is plain text: loopback and tests only. */
  readonly tls: boolean
  /** SHA-256 of a self-signed server certificate, hex, when it is pinned. */
  readonly serverFingerprint: string | null
  readonly nick: string
  readonly username: string | null
  readonly realname: string | null
  /** The server's password (PASS). */
  readonly pass: string | null
  readonly sasl:
    | { readonly mechanism: 'none' }
    | { readonly mechanism: 'plain'; readonly username: string; readonly password: string }
    /** The bouncer makes and keeps a client certificate (certfp). */
    | { readonly mechanism: 'external' }
  readonly channels: readonly string[]
  readonly enabled: boolean
  /** Hash over all fields above: tells whether a former application is still current. */
  readonly digest: string
  /** It is the platform's own, with credentials that are right for certain. */
  readonly managed: boolean
}

/**
 * A bouncer by its username, or an account. Names come back, ids never do: what has the name but another id is a former
 * one's, and nothing of it may be left.
 */
export interface Owned {
  readonly id: string
  readonly name: string
}

export interface DesiredBouncer {
  readonly id: string
  /** The name at the bouncer's login; unique on the platform; never changes. */
  readonly username: string
  readonly nick: string
  readonly realname: string
  readonly enabled: boolean
  /** Grows by one with each `bouncer restart`. */
  readonly restarts: number
  /** Grows by one each time live client sessions must sign in again (a revoked password). */
  readonly signOuts: number
  readonly upstreams: readonly DesiredUpstream[]
  /** On the service for all, or on one of its own; it moves with all that it has. */
  readonly placement: 'shared' | 'dedicated'
  /** A host name of its owner's at which it is reached as well, with a certificate; only where it is dedicated. */
  readonly hostname: string | null
}

export interface ObservedUpstream {
  readonly name: string
  readonly state: 'connected' | 'connecting' | 'disconnected' | 'disabled'
  /** The nick in use where the bouncer tells it. */
  readonly nick: string | null
  /** One line, without control characters. */
  readonly error: string | null
  /** SHA-512 of the bouncer's client certificate, hex, when it has one. */
  readonly certificateFingerprint: string | null
}

export interface ObservedBouncer {
  readonly upstreams: readonly ObservedUpstream[]
  /** Where it is; elsewhere than it should be while moving it has failed. */
  readonly placement: DesiredBouncer['placement']
  /** Why it could not be moved, one sentence; it is tried again by a later application. */
  readonly moveFailure: string | null
  /** SHA-256 of its host name's certificate where no client trusts it by itself, hex. */
  readonly hostnameFingerprint: string | null
}

/** An account as the hosted network (net.irc.now) must treat it. */
export interface DesiredNetworkAccount {
  readonly id: string
  readonly name: string
  readonly suspended: boolean
  /** Grows by one each time direct (non-bouncer) sessions must sign in again. */
  readonly signOuts: number
}

export interface ServiceHealth {
  /** `soju`, `ergo`, … */
  readonly name: string
  readonly healthy: boolean
  readonly version: string | null
  /** One sentence when unhealthy. */
  readonly detail: string | null
}

/** A service cannot be reached right now; trying again helps. */
export class ProvisionerUnavailable extends Error {
  override readonly name = 'ProvisionerUnavailable'
}

/** A value that no service may ever see (a line break in a nick, …); trying again does not help, another value does. */
export class ProvisionerRejected extends Error {
  override readonly name = 'ProvisionerRejected'
}

export interface Provisioner {
  /**
   * Makes the bouncer match, creating what lacks; twice does no harm; `progress` hears short steps. Cut short at any moment
   * of a move, the next application finds it whole on one side, and goes on from there.
   */
  applyBouncer(desired: DesiredBouncer, progress: (step: string) => void): Promise<ObservedBouncer>
  /** Reads the live state without changing anything; null when the bouncer does not exist. */
  observeBouncer(username: string): Promise<readonly ObservedUpstream[] | null>
  /** Removes the bouncer with all that belongs to it, and no later one of its name; succeeds when it is not there. */
  removeBouncer(bouncer: Owned): Promise<void>
  /** Ends what sessions must end on net.irc.now and makes the suspension there match. */
  applyNetworkAccount(desired: DesiredNetworkAccount): Promise<void>
  /** Removes the account from net.irc.now, and no later one of its name, which is free then; as often as one likes. */
  removeNetworkAccount(account: Owned): Promise<void>
  /** Everything that was applied and not removed since. */
  applied(): Promise<{ readonly bouncers: readonly Owned[]; readonly networkAccounts: readonly Owned[] }>
  /** Every service it runs or uses; never throws. */
  health(): Promise<readonly ServiceHealth[]>
}
