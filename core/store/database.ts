import { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { OperationError } from '../operation/errors.ts'
import { storageError } from '../operation/storage-error.ts'
import { channel } from './channel.ts'
import * as start from './migrations/0001-start.ts'
import * as processes from './migrations/0002-processes.ts'
import * as signIn from './migrations/0003-sign-in.ts'
import * as pastes from './migrations/0004-pastes.ts'
import * as pictures from './migrations/0005-pictures.ts'
import * as appliedAtHome from './migrations/0006-applied-at-home.ts'
import * as dedicated from './migrations/0007-dedicated.ts'
import * as billing from './migrations/0008-billing.ts'
import * as contentExpiry from './migrations/0009-content-expiry.ts'
import * as decided from './migrations/0010-decided.ts'
import * as held from './migrations/0011-held.ts'
import * as notices from './migrations/0012-notices.ts'
import * as retries from './migrations/0013-retries.ts'
import * as replies from './migrations/0014-replies.ts'
import * as largeOverrides from './migrations/0015-large-overrides.ts'
import { RevivingPglite } from './reviving-pglite.ts'
import { hasRoom } from './room.ts'
import type { Schema } from './schema.ts'

export interface Database {
  readonly kind: 'pglite' | 'postgresql'
  readonly kysely: Kysely<Schema>
  /**
   * Calls `hear` with each payload sent by `notify` on the platform's channel, from any process, and `missed` when the
   * connection was lost for a while, so that some may have been missed.
   */
  listen(hear: (payload: string) => void, missed?: () => void): Promise<() => Promise<void>>
  /** Whether a change can be written beside `more` bytes of files; false a good while before the disk is really full. */
  hasRoom(more?: number): Promise<boolean>
  close(): Promise<void>
}

/** PGlite in a folder (one process only), or in memory without one; a new one begins as `image`, a dump of another’s data. */
export async function openPglite(folder?: string, image?: Blob): Promise<Database> {
  const pglite = await RevivingPglite.open(folder, image)
  const kysely = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite: pglite as unknown as PGlite }) })
  await migrate(kysely)
  return {
    kind: 'pglite',
    kysely,
    listen: (hear) => pglite.listen(channel, hear),
    hasRoom: async (more) => folder === undefined || hasRoom(folder, more),
    close: () => kysely.destroy(),
  }
}

/** Longer than any query takes. */
const silentMs = 30_000

/** PostgreSQL 15 or later, by a `postgres://` URL. */
export async function openPostgresql(url: string): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 10,
    connectionTimeoutMillis: 5000,
    query_timeout: silentMs,
    keepAlive: true,
    // A connection that has gone silent would be asked again and again, and answer nothing for a quarter of an hour.
    stream: () => {
      const socket = new Socket()
      return socket.setTimeout(silentMs, () => socket.destroy())
    },
  })
  // A dropped connection is the pool's to replace, idle or in use; without listeners it would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  await migrate(kysely)
  return {
    kind: 'postgresql',
    kysely,
    listen: (hear, missed) => listenForEver(url, hear, missed),
    // Its disk is its own to watch, and it takes a full one without harm.
    hasRoom: async () => true,
    close: () => kysely.destroy(),
  }
}

async function migrate(kysely: Kysely<Schema>): Promise<void> {
  const migrations = {
    '0001-start': start,
    '0002-processes': processes,
    '0003-sign-in': signIn,
    '0004-pastes': pastes,
    '0005-pictures': pictures,
    '0006-applied-at-home': appliedAtHome,
    '0007-dedicated': dedicated,
    '0008-billing': billing,
    '0009-content-expiry': contentExpiry,
    '0010-decided': decided,
    '0011-held': held,
    '0012-notices': notices,
    '0013-retries': retries,
    '0014-replies': replies,
    '0015-large-overrides': largeOverrides,
  }
  const migrator = new Migrator({ db: kysely, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (!error) return
  const known = storageError(error)
  if (known instanceof OperationError) throw known
  throw new Error(`The database could not be brought to this version’s schema: ${(error as Error).message}`, {
    cause: error,
  })
}

/** LISTEN on a connection of its own, connected again for as long as nobody stops it. */
async function listenForEver(
  url: string,
  hear: (payload: string) => void,
  missed?: () => void,
): Promise<() => Promise<void>> {
  const stopping = new AbortController()
  const connect = async () => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000, keepAlive: true })
    const ended = new Promise<void>((resolve) => client.once('end', resolve).on('error', () => resolve()))
    client.on('notification', ({ payload }) => hear(payload ?? ''))
    try {
      await client.connect()
      await client.query(`listen ${channel}`)
    } catch (error) {
      client.end().catch(() => undefined)
      throw error
    }
    return { client, ended }
  }
  let current = await connect()
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await current.ended
      current.client.end().catch(() => undefined)
      while (!stopping.signal.aborted) {
        await delay(1000, undefined, { signal: stopping.signal }).catch(() => undefined)
        if (stopping.signal.aborted) return
        const next = await connect().catch(() => null)
        if (!next) continue
        current = next
        missed?.()
        break
      }
    }
  })()
  return async () => {
    stopping.abort()
    await Promise.race([current.client.end().catch(() => undefined), delay(1000, undefined, { ref: false })])
    await Promise.race([loop, delay(1000, undefined, { ref: false })])
  }
}
