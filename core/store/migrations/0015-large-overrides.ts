import { type Kysely, sql } from 'kysely'

/** A limit in bytes goes past 2 GB; as a float it is a number to every driver, and exact up to 2^53. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table overrides alter column value type double precision').execute(database)
}
