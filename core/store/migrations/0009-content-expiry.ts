import { type Kysely, sql } from 'kysely'

/** Whether what an account publishes stays, where its plan lets it. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw('alter table accounts add column keeps_content boolean not null default false').execute(database)
}
