import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely'
import type { Schema } from '../../store/schema.ts'
import { contentTotal, contentUse } from '../content-counts.ts'
import { announcedEnd, createForEverStore, type Ending, goesAt } from '../for-ever-store.ts'
import type { Paste } from './paste.ts'

export type PasteText = Selectable<Schema['pastes']> & Ending
/** All of a paste but its text, which lists have no use for. */
export type PasteRow = Omit<PasteText, 'text'>

export const pasteOf = (row: PasteRow, { txtUrl }: { readonly txtUrl: string }): Paste => ({
  id: row.id,
  title: row.title,
  language: row.language,
  visibility: row.visibility,
  status: { phase: row.taken_down_at ? 'removed' : 'active', message: row.taken_down_reason },
  bytes: row.bytes,
  createdAt: row.created_at.toISOString(),
  expiresAt: goesAt(row)?.toISOString() ?? null,
  url: `${txtUrl}/${row.id}`,
})

const columns = [
  'pastes.id',
  'pastes.account_id',
  'pastes.title',
  'pastes.language',
  'pastes.visibility',
  'pastes.bytes',
  'pastes.digest',
  'pastes.delete_hash',
  'pastes.created_at',
  'pastes.updated_at',
  'pastes.expires_at',
  'pastes.taken_down_at',
  'pastes.taken_down_reason',
] as const

/** Expired is gone at once, whatever the sweep does. */
const unexpired = (now: Date) => (e: ExpressionBuilder<Schema, 'pastes'>) =>
  e.or([e('pastes.expires_at', 'is', null), e('pastes.expires_at', '>', now)])

export function createPasteStore(db: Kysely<Schema>) {
  const known = (now: Date) => db.selectFrom('pastes').where(unexpired(now))
  return {
    /** What everybody may see: nothing that has expired or was taken down, and nothing of a suspended account’s. */
    seen: (id: string, now: Date): Promise<PasteRow | undefined> =>
      known(now)
        .innerJoin('accounts', 'accounts.id', 'pastes.account_id')
        .where('pastes.id', '=', id)
        .where('pastes.taken_down_at', 'is', null)
        .where('accounts.suspended_at', 'is', null)
        .where('accounts.deleted_at', 'is', null)
        .select(columns)
        .select(announcedEnd('pastes'))
        .executeTakeFirst(),
    text: async (id: string) =>
      (await db.selectFrom('pastes').select('text').where('id', '=', id).executeTakeFirst())?.text,
    /** An account’s, newest first. */
    list: (accountId: string, now: Date): Promise<PasteRow[]> =>
      known(now)
        .where('account_id', '=', accountId)
        .select(columns)
        .select(announcedEnd('pastes'))
        .orderBy('created_at', 'desc')
        .execute(),
    texts: (accountId: string): Promise<PasteText[]> =>
      db
        .selectFrom('pastes')
        .selectAll()
        .select(announcedEnd('pastes'))
        .where('account_id', '=', accountId)
        .orderBy('created_at')
        .execute(),
    /** How many can be seen. */
    async count(accountId: string, now: Date): Promise<number> {
      const { count } = await known(now)
        .where('account_id', '=', accountId)
        .where('taken_down_at', 'is', null)
        .select(sql<number>`count(*)::int`.as('count'))
        .executeTakeFirstOrThrow()
      return count
    },
    use: (accountId: string, now: Date) => contentUse(db, 'pastes', accountId, now),
    total: (now: Date) => contentTotal(db, 'pastes', now),
    /** One of an account’s, or with `null` anybody’s. */
    find: (accountId: string | null, id: string, now: Date): Promise<PasteText | undefined> =>
      known(now)
        .where('id', '=', id)
        .$if(accountId !== null, (query) => query.where('account_id', '=', accountId))
        .selectAll()
        .select(announcedEnd('pastes'))
        .executeTakeFirst(),
    insert: (row: Selectable<Schema['pastes']>) => db.insertInto('pastes').values(row).execute(),
    change: (
      id: string,
      set: Partial<
        Omit<
          Selectable<Schema['pastes']>,
          'id' | 'account_id' | 'text' | 'bytes' | 'digest' | 'delete_hash' | 'created_at'
        >
      >,
    ) => db.updateTable('pastes').set(set).where('id', '=', id).execute(),
    ...createForEverStore(db, 'pastes'),
    delete: (id: string) => db.deleteFrom('pastes').where('id', '=', id).execute(),
    deleteOf: (accountId: string) => db.deleteFrom('pastes').where('account_id', '=', accountId).execute(),
  }
}
