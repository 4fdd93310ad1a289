import { type ExpressionBuilder, type Kysely, type Selectable, sql } from 'kysely'
import type { Schema } from '../../store/schema.ts'
import { contentTotal, contentUse } from '../content-counts.ts'
import { announcedEnd, createForEverStore, type Ending, goesAt } from '../for-ever-store.ts'
import type { Picture } from './picture.ts'
import { pictureTypes } from './sniff.ts'

export type PictureRow = Selectable<Schema['pictures']> & Ending
export type PictureFile = Selectable<Schema['picture_files']>

export const pictureOf = (row: PictureRow, { picsUrl }: { readonly picsUrl: string }): Picture => ({
  id: row.id,
  name: row.name,
  status: { phase: row.taken_down_at ? 'removed' : 'active', message: row.taken_down_reason },
  type: pictureTypes[row.kind],
  width: row.width,
  height: row.height,
  frames: row.frames,
  bytes: row.bytes,
  createdAt: row.created_at.toISOString(),
  expiresAt: goesAt(row)?.toISOString() ?? null,
  thumbnailUrl: `${picsUrl}/${row.id}/thumbnail.webp`,
  url: `${picsUrl}/${row.id}.${row.kind}`,
})

/** Where a picture's two files lie. */
export const pictureKeys = (fileName: string) => [`pictures/${fileName}`, `thumbnails/${fileName}`] as const

/** Expired is gone at once, whatever the sweep does. */
const unexpired = (now: Date) => (e: ExpressionBuilder<Schema, 'pictures'>) =>
  e.or([e('pictures.expires_at', 'is', null), e('pictures.expires_at', '>', now)])

export function createPictureStore(db: Kysely<Schema>) {
  const known = (now: Date) => db.selectFrom('pictures').where(unexpired(now))
  return {
    /** What everybody may see, with its file: nothing that has expired or was taken down, and nothing of a suspended account’s. */
    seen: (id: string, now: Date) =>
      known(now)
        .innerJoin('accounts', 'accounts.id', 'pictures.account_id')
        .innerJoin('picture_files', 'picture_files.hash', 'pictures.hash')
        .where('pictures.id', '=', id)
        .where('accounts.suspended_at', 'is', null)
        .where('accounts.deleted_at', 'is', null)
        .select([
          'pictures.kind',
          'pictures.width',
          'pictures.height',
          'pictures.expires_at',
          'picture_files.hash',
          'picture_files.file',
        ])
        .select(['picture_files.bytes', 'picture_files.thumbnail_bytes'])
        .select(announcedEnd('pictures'))
        .executeTakeFirst(),
    /** An account’s, newest first. */
    list: (accountId: string, now: Date): Promise<PictureRow[]> =>
      known(now)
        .where('account_id', '=', accountId)
        .selectAll()
        .select(announcedEnd('pictures'))
        .orderBy('created_at', 'desc')
        .orderBy('id')
        .execute(),
    /** How many bytes an account’s have, as far as they can be seen. */
    async used(accountId: string, now: Date): Promise<number> {
      const { used } = await known(now)
        .where('account_id', '=', accountId)
        .where('hash', 'is not', null)
        .select(sql<string>`coalesce(sum(bytes), 0)`.as('used'))
        .executeTakeFirstOrThrow()
      return Number(used)
    },
    use: (accountId: string, now: Date) => contentUse(db, 'pictures', accountId, now),
    total: (now: Date) => contentTotal(db, 'pictures', now),
    /** One of an account’s, or with `null` anybody’s. */
    find: (accountId: string | null, id: string, now: Date): Promise<PictureRow | undefined> =>
      known(now)
        .where('id', '=', id)
        .$if(accountId !== null, (query) => query.where('account_id', '=', accountId))
        .selectAll()
        .select(announcedEnd('pictures'))
        .executeTakeFirst(),
    /** The same picture, where the account has it already. */
    same: (accountId: string, hash: string, now: Date): Promise<PictureRow | undefined> =>
      known(now)
        .where('account_id', '=', accountId)
        .where('hash', '=', hash)
        .selectAll()
        .select(announcedEnd('pictures'))
        .executeTakeFirst(),
    insert: (row: Selectable<Schema['pictures']>) => db.insertInto('pictures').values(row).execute(),
    change: (id: string, set: Partial<Pick<PictureRow, 'expires_at' | 'name'>>) =>
      db.updateTable('pictures').set(set).where('id', '=', id).execute(),
    takeDown: (id: string, set: Pick<PictureRow, 'taken_down_at' | 'taken_down_reason' | 'expires_at'>) =>
      db
        .updateTable('pictures')
        .set({ ...set, hash: null })
        .where('id', '=', id)
        .execute(),
    ...createForEverStore(db, 'pictures'),
    delete: (id: string) => db.deleteFrom('pictures').where('id', '=', id).execute(),
    deleteOf: (accountId: string) => db.deleteFrom('pictures').where('account_id', '=', accountId).execute(),

    /** Keeps the file of that hash from the sweep for a while; false where there is none. */
    async touchFile(hash: string, now: Date): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('picture_files')
        .set({ touched_at: now })
        .where('hash', '=', hash)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
    /** False where another has brought the same one. */
    async insertFile(row: PictureFile): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('picture_files')
        .values(row)
        .onConflict((conflict) => conflict.column('hash').doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },
    /** Forgets at most `limit` files that no picture has had since `before`; answers what they are called. */
    async dropFiles(before: Date, limit: number): Promise<string[]> {
      const { rows } = await sql<{ file: string }>`
        delete from picture_files where hash in (
          select hash from picture_files where touched_at < ${before}
          and not exists (select from pictures where pictures.hash = picture_files.hash)
          limit ${limit} for update skip locked) returning file`.execute(db)
      return rows.map(({ file }) => file)
    },
  }
}
