import type { Billing } from '../billing/billing.ts'
import type { Entitlements } from '../billing/entitlements.ts'
import type { PictureIntake } from '../content/pictures/taken-picture.ts'
import type { PlatformInfo } from '../platform/info.ts'
import type { Stores } from '../store/stores.ts'

export type FrontEnd = 'cli' | 'tui' | 'irc' | 'http' | 'page' | 'system'

/** Who calls, as the front end has authenticated them; `null` is nobody. */
export interface Caller {
  readonly accountId: string | null
  /** In place of an id, where the front end has proof of the account's name. */
  readonly accountName?: string
  readonly via: FrontEnd
  /** `*`, or scopes like `bouncer:read`, `*:write`: what the presented token allows. */
  readonly scopes: readonly string[]
  /** Act for this member (ops only; audited). */
  readonly as?: string
}

/** An account on whose behalf an operation runs. */
export interface Actor {
  readonly id: string
  readonly name: string
  readonly role: 'member' | 'ops'
  readonly plan: string
  /** What they publish stays, where the plan lets it and nothing else is said. */
  readonly keepsContent: boolean
  readonly scopes: readonly string[]
}

/** All that a handler may use. Everything it changes is in one transaction with its audit line and its events. */
export interface Context {
  /** Throws `not_signed_in` where nobody is. */
  readonly actor: Actor
  readonly store: Stores
  /** What the member may have, by what holds inside this transaction; asked for once, and only by those who need it. */
  entitlements(): Promise<Entitlements>
  readonly platform: PlatformInfo
  readonly now: Date
  readonly via: FrontEnd
  readonly dryRun: boolean
  /** Random bytes, for ids and secrets. */
  random(bytes: number): Buffer
  /** Encrypts what must be readable later (a network's password); `open` reverses it. */
  seal(text: string): string
  /** Tells whoever watches the account (the actor's, unless another is named). */
  event(subject: string, type: string, message: string, accountId?: string): void
  /** Wakes the reconciler for a row once the transaction holds. */
  enqueue(key: ReconcileKey): void
}

/** What an operation may use before its transaction: to ask other systems, and for what takes its time. */
export interface Before {
  /** Throws `not_signed_in` where nobody is. They may: that was asked before. */
  readonly actor: Actor
  entitlements(): Promise<Entitlements>
  readonly dryRun: boolean
  /** What the caller has repeated to confirm. */
  readonly confirm: string | undefined
  /** The same for all tries of a request under one idempotency key, else made by chance. Each write elsewhere says it. */
  readonly key: string
  /**
   * Works out what a request comes to (plain data), once for all its tries: written down before anything of it is done,
   * so that a try after a kill does the same, and not the same once more.
   */
  decided<T>(work: () => Promise<T>): Promise<T>
  readonly platform: PlatformInfo
  readonly pictures: PictureIntake
  readonly billing: Billing
  now(): Date
  random(bytes: number): Buffer
  /** Asks the database, in no transaction. */
  read<T>(work: (store: Stores) => Promise<T>): Promise<T>
  transaction<T>(work: (store: Stores) => Promise<T>): Promise<T>
}

export type ReconcileKey = `bouncer/${string}` | `account/${string}`
