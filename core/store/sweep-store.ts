import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.ts'

/** Every table whose rows age, with the column that tells how old a row is or when it ended. */
export const sweptTables = {
  events: 'at',
  idempotency: 'created_at',
  one_time_links: 'expires_at',
  oidc_payloads: 'expires_at',
  pastes: 'expires_at',
  pictures: 'expires_at',
  throttles: 'blocked_until',
  webhook_events: 'received_at',
  leases: 'expires_at',
  health: 'seen',
} as const

export type SweptTable = keyof typeof sweptTables

export function createSweepStore(db: Kysely<Schema>) {
  return {
    /** Deletes at most `limit` rows that are older than `before`; answers how many. */
    async delete(table: SweptTable, before: Date, limit: number): Promise<number> {
      const age = sql.ref(sweptTables[table])
      // Asked twice, because a row may have been renewed since it was chosen.
      const { numAffectedRows } = await sql`
        delete from ${sql.table(table)} where ${age} < ${before} and ctid in (
          select ctid from ${sql.table(table)} where ${age} < ${before} order by ${age} limit ${limit})`.execute(db)
      return Number(numAffectedRows ?? 0n)
    },
  }
}
