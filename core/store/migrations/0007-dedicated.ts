import { type Kysely, sql } from 'kysely'

/** Where a bouncer should be and where it is, and the host name of its owner's at which it is reached. */
const statements = [
  `alter table bouncers add column placement text not null default 'shared'`,
  `alter table bouncers add column placed text not null default 'shared'`,
  'alter table bouncers add column over_dedicated boolean not null default false',
  'alter table bouncers add column move_failure text',
  'alter table bouncers add column hostname text',
  'alter table bouncers add column hostname_verified_at timestamptz',
  'alter table bouncers add column hostname_note text',
  'alter table bouncers add column hostname_fingerprint text',
  // Whoever proves that a name is theirs has it; until then several may try.
  'create unique index bouncers_by_hostname on bouncers (hostname) where hostname_verified_at is not null',
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}
