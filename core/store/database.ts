import { PGlite } from '@electric-sql/pglite'
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import pg from 'pg'
import { channel } from './channel.ts'
import * as start from './migrations/0001-start.ts'
import * as signIn from './migrations/0003-sign-in.ts'
import type { Schema } from './schema.ts'

export interface Database {
  readonly kind: 'pglite' | 'postgresql'
  readonly kysely: Kysely<Schema>
  /** Calls `hear` with each payload sent by `notify` on the platform's channel, from any process. */
  listen(hear: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** PGlite in a folder (one process only), or in memory without one. */
export async function openPglite(folder?: string): Promise<Database> {
  const pglite = await PGlite.create(folder)
  const kysely = new Kysely<Schema>({ dialect: new PGliteDialect({ pglite }) })
  await migrate(kysely)
  return {
    kind: 'pglite',
    kysely,
    listen: (hear) => pglite.listen(channel, hear),
    close: () => kysely.destroy(),
  }
}

/** PostgreSQL 15 or later, by a `postgres://` URL. */
export async function openPostgresql(url: string): Promise<Database> {
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  // A dropped idle connection is the pool's to replace; without a listener it would end the process.
  pool.on('error', () => undefined)
  const kysely = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  await migrate(kysely)
  return {
    kind: 'postgresql',
    kysely,
    listen: (hear) => listenForEver(url, hear),
    close: () => kysely.destroy(),
  }
}

async function migrate(kysely: Kysely<Schema>): Promise<void> {
  const migrations = { '0001-start': start, '0003-sign-in': signIn }
  const migrator = new Migrator({ db: kysely, provider: { getMigrations: async () => migrations } })
  const { error } = await migrator.migrateToLatest()
  if (error) throw new Error('The database could not be brought to this version’s schema.', { cause: error })
}

/** LISTEN on a connection of its own, connected again for as long as nobody stops it. */
async function listenForEver(url: string, hear: (payload: string) => void): Promise<() => Promise<void>> {
  let stopped = false
  let client: pg.Client | undefined
  const connect = async () => {
    const next = new pg.Client({ connectionString: url })
    next.on('error', () => undefined)
    next.on('end', () => {
      if (!stopped) setTimeout(() => connect().catch(() => next.emit('end')), 1000)
    })
    next.on('notification', ({ payload }) => hear(payload ?? ''))
    await next.connect()
    await next.query(`listen ${channel}`)
    client = next
  }
  await connect()
  return async () => {
    stopped = true
    await client?.end()
  }
}
