import type { ServiceHealth } from '../provisioning/provisioner.port.ts'
import type { Stores } from '../store/stores.ts'

export interface HostPort {
  readonly host: string
  readonly port: number
}

/** What the platform knows of itself: addresses for users, versions, health. */
export interface PlatformInfo {
  readonly version: string
  /** Public base of API and pages, without a slash at its end. */
  readonly httpUrl: string
  /** Origins at which pastes and pictures are seen, likewise. */
  readonly txtUrl: string
  readonly picsUrl: string
  /** net.irc.now, plain (loopback only) and TLS. */
  readonly irc: HostPort
  readonly ircs: HostPort
  /** The bouncers' listener, plain (loopback only) and TLS. */
  readonly bouncer: HostPort
  readonly bouncers: HostPort
  /** SHA-256 of the certificate where it is self-signed, else null. */
  readonly certificateFingerprint: string | null
  /** Members may point upstreams at loopback and private addresses. */
  readonly privateUpstreams: boolean
  /** Every part, in whichever process it runs. Asked inside the transaction whose stores are given. */
  health(store: Stores): Promise<readonly ServiceHealth[]>
}
