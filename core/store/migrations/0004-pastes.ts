import { type Kysely, sql } from 'kysely'

/** Pastes, text and all; one that never expires has no end. */
const statements = [
  `create table pastes (id text primary key, account_id text not null references accounts on delete cascade,
    title text, language text, visibility text not null, text text not null, bytes int not null, digest text not null,
    delete_hash text not null, created_at timestamptz not null, updated_at timestamptz not null, expires_at timestamptz,
    taken_down_at timestamptz, taken_down_reason text)`,
  'create index pastes_of_account on pastes (account_id, created_at)',
  'create index pastes_by_end on pastes (expires_at)',
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}
