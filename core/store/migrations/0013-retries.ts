import { type Kysely, sql } from 'kysely'

/** Whom billing's rounds could not be done with, and when they are tried again. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql
    .raw(
      `create table billing_retries (kind text not null, key text not null, attempts int not null, next_at timestamptz not null,
        last_error text not null, primary key (kind, key))`,
    )
    .execute(database)
}
