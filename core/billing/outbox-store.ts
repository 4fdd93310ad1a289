import { type Kysely, type Selectable, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'

export type OutboxRow = Selectable<Schema['billing_outbox']>

/** What is still to be told elsewhere. One row for each thing: what is newer takes the place of what is older. */
export function createOutboxStore(db: Kysely<Schema>) {
  return {
    put: (kind: OutboxRow['kind'], key: string, payload: string, at: Date) =>
      db
        .insertInto('billing_outbox')
        .values({ kind, key, payload, next_at: at, last_error: null })
        .onConflict((conflict) =>
          conflict
            .columns(['kind', 'key'])
            .doUpdateSet({
              payload,
              version: sql`billing_outbox.version + 1`,
              attempts: 0,
              next_at: at,
            })
            .where('billing_outbox.payload', '!=', payload),
        )
        .execute(),
    pending: (kind: OutboxRow['kind'], key: string) =>
      db
        .selectFrom('billing_outbox')
        .select('payload')
        .where('kind', '=', kind)
        .where('key', '=', key)
        .executeTakeFirst(),
    due: (at: Date, limit: number) =>
      db.selectFrom('billing_outbox').selectAll().where('next_at', '<=', at).orderBy('next_at').limit(limit).execute(),
    count: async () =>
      (await db.selectFrom('billing_outbox').select(sql<number>`count(*)::int`.as('count')).executeTakeFirstOrThrow())
        .count,
    /** Gone, unless something newer has taken its place meanwhile. */
    done: ({ kind, key, version }: OutboxRow) =>
      db
        .deleteFrom('billing_outbox')
        .where('kind', '=', kind)
        .where('key', '=', key)
        .where('version', '=', version)
        .execute(),
    failed: ({ kind, key }: OutboxRow, error: string, nextAt: Date) =>
      db
        .updateTable('billing_outbox')
        .set((e) => ({ attempts: e('attempts', '+', 1), last_error: error, next_at: nextAt }))
        .where('kind', '=', kind)
        .where('key', '=', key)
        .execute(),
    claims: (accountId: string) =>
      db.selectFrom('identity_claims').selectAll().where('account_id', '=', accountId).executeTakeFirst(),
    setClaims: (row: Schema['identity_claims']) =>
      db
        .insertInto('identity_claims')
        .values(row)
        .onConflict((conflict) => conflict.column('account_id').doUpdateSet(row))
        .execute(),
  }
}
