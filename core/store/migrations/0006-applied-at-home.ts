import { type Kysely, sql } from 'kysely'

/** What has been applied is noted by the home that applied it: another's soju and ergo know nothing of it. */
const statements = [
  'alter table accounts drop column applied_sign_outs, drop column generation, drop column observed_generation',
  'alter table bouncers drop column applied',
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}
