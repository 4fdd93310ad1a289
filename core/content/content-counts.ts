import { type Kysely, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'
import type { ContentTotal, ContentUse } from './content-use.ts'

/** Pastes and pictures are counted alike: what has neither expired nor been taken down. */
export async function contentUse(
  db: Kysely<Schema>,
  table: 'pastes' | 'pictures',
  accountId: string,
  now: Date,
): Promise<ContentUse> {
  const row = await db
    .selectFrom(table)
    .where('account_id', '=', accountId)
    .where('taken_down_at', 'is', null)
    .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', now)]))
    .select([
      sql<number>`count(*)::int`.as('count'),
      sql<string>`coalesce(sum(bytes), 0)`.as('bytes'),
      sql<Date | null>`min(coalesce(expires_at,
        (select content_ends_at from billing_accounts where billing_accounts.account_id = ${accountId})))`.as(
        'nextExpiry',
      ),
    ])
    .executeTakeFirstOrThrow()
  return { ...row, bytes: Number(row.bytes) }
}

export async function contentTotal(db: Kysely<Schema>, table: 'pastes' | 'pictures', now: Date): Promise<ContentTotal> {
  const unexpired = sql`(expires_at is null or expires_at > ${now})`
  const live = sql`${unexpired} and taken_down_at is null`
  const row = await db
    .selectFrom(table)
    .select([
      sql<number>`count(distinct account_id) filter (where ${live})::int`.as('accounts'),
      sql<number>`count(*) filter (where ${live})::int`.as('live'),
      sql<string>`coalesce(sum(bytes) filter (where ${live}), 0)`.as('bytes'),
      sql<number>`count(*) filter (where ${unexpired} and taken_down_at is not null)::int`.as('removed'),
      sql<number>`count(*) filter (where not ${unexpired})::int`.as('expired'),
    ])
    .executeTakeFirstOrThrow()
  return { ...row, bytes: Number(row.bytes) }
}
