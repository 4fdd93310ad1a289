import { type Kysely, sql } from 'kysely'

/**
 * Pictures, the files they share where they are the same, and files that belong to nothing (yet, or any more). A picture
 * that was taken down has no file.
 */
const statements = [
  `create table picture_files (hash text primary key, file text not null unique, bytes int not null,
    thumbnail_bytes int not null, touched_at timestamptz not null)`,
  'create index picture_files_by_touch on picture_files (touched_at)',
  `create table pictures (id text primary key, account_id text not null references accounts on delete cascade,
    hash text references picture_files, name text, kind text not null, width int not null, height int not null,
    frames int not null, bytes int not null, created_at timestamptz not null, expires_at timestamptz,
    taken_down_at timestamptz, taken_down_reason text)`,
  'create index pictures_of_account on pictures (account_id, created_at)',
  'create index pictures_by_hash on pictures (hash)',
  'create index pictures_by_end on pictures (expires_at)',
  'create table stray_files (key text primary key, due_at timestamptz not null, claimed boolean not null)',
  'create index stray_files_by_due on stray_files (due_at)',
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}
