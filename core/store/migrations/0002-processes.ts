import { type Kysely, sql } from 'kysely'

/** What several processes tell each other, and indexes for the sweeps, which would else read whole tables. */
const statements = [
  `create table health (process text not null, name text not null, host text not null, pid int not null, healthy boolean not null,
    version text, detail text, seen timestamptz not null, primary key (process, name))`,
  'create index events_by_age on events (at)',
  'create index idempotency_by_age on idempotency (created_at)',
  'create index one_time_links_by_end on one_time_links (expires_at)',
  'create index oidc_payloads_by_end on oidc_payloads (expires_at)',
  'create index throttles_by_end on throttles (blocked_until)',
]

export async function up(database: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(database)
}
