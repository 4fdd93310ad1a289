import type { Billing } from '../billing/billing.ts'
import type { PlatformInfo } from '../platform/info.ts'
import type { Stores } from '../store/stores.ts'
import type { Actor } from './context.ts'

/** What an operation may use before its transaction, where it asks other systems. Each of its writes is safe to repeat. */
export interface Outer {
  /** On whose behalf; they may. */
  readonly member: Actor
  readonly dryRun: boolean
  /** What the caller has repeated to confirm. */
  readonly confirm: string | undefined
  readonly billing: Billing
  readonly platform: PlatformInfo
  read<T>(work: (store: Stores) => Promise<T>): Promise<T>
  transaction<T>(work: (store: Stores) => Promise<T>): Promise<T>
  now(): Date
  random(bytes: number): Buffer
}
