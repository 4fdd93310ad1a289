import { type Kysely, sql } from 'kysely'

/** What a member is still to be told on IRC. */
const statements = [
  'alter table events add column unsaid boolean not null default false',
  'create index events_unsaid on events (id) where unsaid',
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}
