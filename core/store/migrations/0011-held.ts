import { type Kysely, sql } from 'kysely'

/** What an account had when a payment of it was disputed, which stays until that is decided. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table billing_accounts add column held text').execute(database)
}
