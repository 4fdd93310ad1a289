import { type Kysely, sql } from 'kysely'

/** By which NowServ answers a member. */
export async function up(database: Kysely<unknown>): Promise<void> {
  await sql.raw(`alter table accounts add column replies text not null default 'NOTICE'`).execute(database)
}
