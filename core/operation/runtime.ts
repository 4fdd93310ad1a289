import type { Billing } from '../billing/billing.ts'
import type { PictureIntake } from '../content/pictures/taken-picture.ts'
import type { PlatformInfo } from '../platform/info.ts'
import type { Stores } from '../store/stores.ts'

/** What running needs of the house; one per process. */
export interface Runtime {
  /** Runs `work` in one transaction: all or nothing; again when another stood in its way. Throws `storage_full` and `unavailable` for what the database can't. */
  transaction<T>(work: (store: Stores) => Promise<T>): Promise<T>
  /** Runs `work`, which writes nothing, without one: each of its questions is answered by what holds at that moment. */
  read<T>(work: (store: Stores) => Promise<T>): Promise<T>
  /** Whether the database's disk has room for a change, beside `more` bytes of files. */
  hasRoom(more?: number): Promise<boolean>
  readonly platform: PlatformInfo
  /** Receives pictures, and stores their files. */
  readonly pictures: PictureIntake
  now(): Date
  random(bytes: number): Buffer
  seal(text: string): string
  /** Who takes the payments; asked outside transactions only. */
  readonly billing: Billing
  /** A hash under the platform's key: tells whether two texts are the same, and helps nobody to guess one. */
  digest(text: string): string
}

export interface RunOptions {
  readonly dryRun?: boolean
  /** Makes a retry safe: the same key and request answer what the first one did. */
  readonly idempotencyKey?: string
  /** The name that a destroying operation wants repeated. */
  readonly confirm?: string
}
