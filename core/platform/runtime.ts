import { createHmac, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { openText, sealText } from '../accounts/secrets.ts'
import type { Billing } from '../billing/billing.ts'
import type { PictureIntake } from '../content/pictures/taken-picture.ts'
import type { Runtime } from '../operation/runtime.ts'
import { storageError } from '../operation/storage-error.ts'
import type { Database } from '../store/database.ts'
import { createStores, type Stores } from '../store/stores.ts'
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
    transaction: (work) => told(() => untilDone(() => inTransaction(database, work))),
    hasRoom: database.hasRoom,
    platform,
    now: () => new Date(),
    random: randomBytes,
    seal: keyring.seal,
    digest: keyring.digest,
  }
  return { ...runtime, pictures: open.pictures(runtime), billing: open.billing(runtime) }
}

function inTransaction<T>(database: Database, work: (store: Stores) => Promise<T>): Promise<T> {
  return database.kysely.transaction().execute(async (transaction) => {
    const store = createStores(transaction)
    const result = await work(store)
    await store.finish()
    return result
  })
}

/** PostgreSQL ends one of two transactions that wait for each other: that one is done again. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  for (let left = 4; ; left -= 1) {
    try {
      return await work()
    } catch (error) {
      const { code } = error as { code?: string }
      const isBeaten = code === '40P01' || code === '40001'
      if (!isBeaten || left === 0) throw error
      await delay(Math.random() * 50)
    }
  }
}

/** What the database can't do is said in the platform's own codes. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw storageError(error)
  }
}
