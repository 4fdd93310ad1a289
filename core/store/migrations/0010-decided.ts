import { type Kysely, sql } from 'kysely'

/** What a request comes to is kept under its idempotency key before it is done, and what it answers after that. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table idempotency add column decided text, alter column output drop not null').execute(database)
}
