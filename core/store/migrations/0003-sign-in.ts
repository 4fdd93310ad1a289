import { type Kysely, sql } from 'kysely'

/** What the OIDC provider keeps belongs to an account: it goes with the account, and can be ended for all of it. */
const statements = [
  'alter table oidc_payloads add column account_id text references accounts on delete cascade',
  'create index oidc_payloads_by_account on oidc_payloads (account_id)',
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}
