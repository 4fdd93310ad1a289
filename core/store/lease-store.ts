import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.ts'

const inMs = (ms: number) => sql<Date>`clock_timestamp() + ${ms / 1000}::float8 * interval '1 second'`

/** Leases by the database's clock, so that the clocks of the machines need not agree. */
export function createLeaseStore(db: Kysely<Schema>) {
  return {
    /** True when `holder` has the lease for `lifeMs` from now on: it was free, has run out, or was the holder's already. */
    async take(name: string, holder: string, lifeMs: number): Promise<boolean> {
      // Whoever stands by asks often; only looking writes nothing.
      const foreign = await db
        .selectFrom('leases')
        .select('holder')
        .where('name', '=', name)
        .where('holder', '<>', holder)
        .where('expires_at', '>=', sql<Date>`clock_timestamp()`)
        .executeTakeFirst()
      if (foreign) return false
      const end = inMs(lifeMs)
      const result = await db
        .insertInto('leases')
        .values({ name, holder, expires_at: end })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ holder, expires_at: end })
            .where((e) =>
              e.or([e('leases.holder', '=', holder), e('leases.expires_at', '<', sql<Date>`clock_timestamp()`)]),
            ),
        )
        .executeTakeFirst()
      return result.numInsertedOrUpdatedRows === 1n
    },
    /** True when it is the holder's still, run out or not: whoever had it meanwhile has changed or taken away the row. */
    async renew(name: string, holder: string, lifeMs: number): Promise<boolean> {
      const result = await db
        .updateTable('leases')
        .set({ expires_at: inMs(lifeMs) })
        .where('name', '=', name)
        .where('holder', '=', holder)
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },
    /** Whether it is another's and has run out, so that `take` would take it away. */
    async overdue(name: string, holder: string): Promise<boolean> {
      const row = await db
        .selectFrom('leases')
        .select('name')
        .where('name', '=', name)
        .where('holder', '<>', holder)
        .where('expires_at', '<', sql<Date>`clock_timestamp()`)
        .executeTakeFirst()
      return row !== undefined
    },
    release: (name: string, holder: string) =>
      db.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute(),
  }
}
