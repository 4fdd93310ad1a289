import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { OperationError } from '../operation/errors.ts'
import { type Ask, askPrepared } from './prepared-pglite.ts'
import { hasRoom } from './room.ts'

const firstRetryMs = 1000
const longestRetryMs = 8000

/**
 * PGlite that comes back after its own death. It panics when it can't write its log (a full disk), and whoever asks it
 * anything afterwards waits for ever, with the whole process. So it is asked nothing more; queries fail with the same
 * error until the disk has room and a new one has recovered the folder. What was committed before is there.
 */
export class RevivingPglite {
  readonly ready = true
  readonly waitReady = Promise.resolve()
  closed = false
  readonly #folder: string | undefined
  readonly #listeners = new Map<
    object,
    { channel: string; hear: (payload: string) => void; stop?: () => Promise<void> }
  >()
  readonly #dead = new WeakMap<PGlite, unknown>()
  #current: PGlite | null = null
  #ask!: Ask
  #retry: NodeJS.Timeout | undefined

  private constructor(folder: string | undefined) {
    this.#folder = folder
  }

  static async open(folder?: string, image?: Blob): Promise<RevivingPglite> {
    const reviving = new RevivingPglite(folder)
    try {
      if (folder !== undefined) await makeOnce(folder)
      await reviving.#create(image)
    } catch (cause) {
      if (folder === undefined || (await hasRoom(dirname(folder)))) throw cause
      throw new OperationError('storage_full', `The disk that holds ${folder} is full; make room and start again.`, {
        cause,
      })
    }
    return reviving
  }

  /** Kysely, with its one connection, never asks this while a transaction is open. */
  query(text: string, parameters?: unknown[]) {
    return this.#ask(text, parameters)
  }

  async transaction<T>(work: (transaction: { query: Ask }) => Promise<T>): Promise<T> {
    const query = this.#ask
    // Kysely waits for its callback to be called, so it must be, even where there is no database.
    if (!this.#current) return work({ query })
    return this.#current.transaction(() => work({ query }))
  }

  async listen(channel: string, hear: (payload: string) => void): Promise<() => Promise<void>> {
    const key = {}
    const listener = { channel, hear, stop: await this.#current?.listen(channel, hear) }
    this.#listeners.set(key, listener)
    return async () => {
      this.#listeners.delete(key)
      if (this.#current) await listener.stop?.()
    }
  }

  async close(): Promise<void> {
    this.closed = true
    clearTimeout(this.#retry)
    await this.#current?.close()
  }

  async #create(image?: Blob): Promise<void> {
    const next = await PGlite.create(this.#folder, image && { loadDataDir: image })
    for (const name of ['execProtocol', 'execProtocolStream'] as const) {
      const real = next[name].bind(next) as (...given: unknown[]) => Promise<never>
      next[name] = async (...given: unknown[]) => {
        if (this.#dead.has(next)) throw this.#dead.get(next)
        try {
          return await real(...given)
        } catch (error) {
          if (isDeath(error)) this.#died(next, error)
          throw error
        }
      }
    }
    for (const listener of this.#listeners.values()) listener.stop = await next.listen(listener.channel, listener.hear)
    this.#ask = askPrepared(next)
    this.#current = next
  }

  #died(which: PGlite, error: unknown): void {
    this.#dead.set(which, error)
    if (this.#current !== which) return
    this.#current = null
    this.#ask = () => Promise.reject(error)
    this.#reviveLater(firstRetryMs)
  }

  #reviveLater(retryMs: number): void {
    this.#retry = setTimeout(async () => {
      try {
        if (this.#folder === undefined || (await hasRoom(this.#folder))) return await this.#create()
      } catch {
        // It is tried again; why it died is what callers hear meanwhile.
      }
      if (!this.closed) this.#reviveLater(Math.min(longestRetryMs, retryMs * 2))
    }, retryMs)
  }
}

/** A first start that is cut short must not leave half a database where the next one takes it for a whole. */
async function makeOnce(folder: string): Promise<void> {
  if (existsSync(folder)) return
  const draft = `${folder}.new`
  await rm(draft, { recursive: true, force: true })
  await (await PGlite.create(draft)).close()
  await rename(draft, folder)
}

function isDeath(error: unknown): boolean {
  const { severity, name } = error as { severity?: string; name?: string }
  return severity === 'PANIC' || severity === 'FATAL' || name === 'RuntimeError'
}
