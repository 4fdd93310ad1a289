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
  event(subject: string, type: string, message: string, accountId?: string): Promise<void>
  /** Wakes the reconciler for a row once the transaction holds. */
  enqueue(key: ReconcileKey): Promise<void>
}

/** What is there before the transaction. */
export interface Preparation {
  /** Throws `not_signed_in` where nobody is. Somebody who is suspended or may not is refused before, where a file comes. */
  readonly actor: Actor
  entitlements(): Promise<Entitlements>
  readonly dryRun: boolean
  readonly now: Date
  /** Asks the database, in no transaction. */
  read<T>(work: (store: Stores) => Promise<T>): Promise<T>
  readonly pictures: PictureIntake
}

export type ReconcileKey = `bouncer/${string}` | `account/${string}`
