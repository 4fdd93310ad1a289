import { createHmac, randomBytes } from 'node:crypto'
import { openText, sealText } from '../accounts/secrets.ts'
import type { Billing } from '../billing/billing.ts'
import type { PictureIntake } from '../content/pictures/taken-picture.ts'
import type { Runtime } from '../operation/runtime.ts'
import { storageError } from '../operation/storage-error.ts'
import type { Database } from '../store/database.ts'
import { createStores } from '../store/stores.ts'
import type { PlatformInfo } from './info.ts'

/** The platform's key and what it does; the key never leaves the process. */
export interface Keyring {
  readonly key: Buffer
  seal(text: string): string
  open(sealed: string): string
  digest(text: string): string
}

export const createKeyring = (key: Buffer): Keyring => ({
  key,
  seal: (text) => sealText(key, randomBytes(12), text),
  open: (sealed) => openText(key, sealed),
  digest: (text) => createHmac('sha256', key).update(text).digest('hex'),
})

/** What operations run on, without what is made with it. */
export type BareRuntime = Omit<Runtime, 'pictures' | 'billing'>

/** What operations run on: a database, a clock, randomness, and what the platform knows of itself. */
export function createRuntime(
  database: Database,
  keyring: Keyring,
  platform: PlatformInfo,
  open: {
    /** Where pictures go, made with the rest: they are written down there. */
    readonly pictures: (runtime: BareRuntime) => PictureIntake
    readonly billing: (runtime: BareRuntime) => Billing
  },
): Runtime {
  const stores = createStores(database.kysely)
  const runtime: BareRuntime = {
    read: (work) => told(() => work(stores)),
    transaction: (work) =>
      told(() => database.kysely.transaction().execute((transaction) => work(createStores(transaction)))),
    hasRoom: database.hasRoom,
    platform,
    now: () => new Date(),
    random: randomBytes,
    seal: keyring.seal,
    digest: keyring.digest,
  }
  return { ...runtime, pictures: open.pictures(runtime), billing: open.billing(runtime) }
}

/** What the database can't do is said in the platform's own codes. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storageError(error)
  }
}
