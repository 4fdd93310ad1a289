import type { Readable } from 'node:stream'
import { OperationError } from '../operation/errors.ts'

/** The bytes `first` to `last`, both counted from 0 and both included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/** A stream of any length; or what has so many bytes and can be opened again, where the first time breaks off. */
export type Source = Readable | { readonly bytes: number; open(): Readable }

/**
 * Where large content lies: bytes under keys, and nothing else about them. What a file means, whose it is and how long
 * it stays is in the database. Nothing here holds a whole file in memory.
 *
 * All methods throw `storage_full` where there is no room, and `unavailable` where the storage can't be reached.
 */
export interface Files {
  /** Stores all of `source` under `key`, or nothing where it breaks off; answers how many bytes that were. */
  put(key: string, source: Source, signal?: AbortSignal): Promise<number>
  /** How many bytes lie under the key; null where nothing does. */
  size(key: string): Promise<number | null>
  /** Reads it, or a part that lies within it; null where nothing is there. */
  get(key: string, range?: ByteRange): Promise<Readable | null>
  /** Afterwards nothing is under the key, whether something was or not. */
  delete(key: string): Promise<void>
}

/** `folder/name`: nothing in it could lead elsewhere. Throws TypeError, because keys are the platform's own. */
export function checkedKey(key: string): string {
  if (/^[a-z]{1,32}\/[a-z0-9][a-z0-9-]{0,150}$/.test(key)) return key
  throw new TypeError('A key of a file is folder/name, in small letters, digits and -.')
}

export const filesUnavailable = (cause: unknown) =>
  new OperationError('unavailable', 'The storage of files can’t be reached; try again in a moment.', { cause })
