import type { Kysely, Selectable } from 'kysely'
import { z } from 'zod'
import type { Schema } from '../../store/schema.ts'
import { oneLine } from '../account.ts'

export const PasswordName = oneLine(64)
  .min(1, 'Give it a name, such as the device it is for.')
  .describe('What it is for: “phone”, “weechat”.')

export const AppPassword = z.object({
  name: z.string(),
  scope: z.enum(['irc', 'bouncer', 'network']),
  prefix: z.string().describe('The first characters, to tell it from others.'),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
  lastUsedBy: z.string().nullable(),
})

export type AppPasswordRow = Selectable<Schema['app_passwords']>

export const appPasswordOf = (row: AppPasswordRow): z.output<typeof AppPassword> => ({
  name: row.name,
  scope: row.scope,
  prefix: row.prefix,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
  lastUsedBy: row.last_used_by,
})

export function createPasswordStore(db: Kysely<Schema>) {
  return {
    list: (accountId: string) =>
      db.selectFrom('app_passwords').selectAll().where('account_id', '=', accountId).orderBy('created_at').execute(),
    byName: (accountId: string, name: string) =>
      db
        .selectFrom('app_passwords')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('name', '=', name)
        .executeTakeFirst(),
    byHash: (hash: string) => db.selectFrom('app_passwords').selectAll().where('hash', '=', hash).executeTakeFirst(),
    insert: (row: AppPasswordRow) => db.insertInto('app_passwords').values(row).execute(),
    /** False where it has been revoked meanwhile. */
    async used(id: string, at: Date, by: string): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('app_passwords')
        .set({ last_used_at: at, last_used_by: by })
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
    delete: (id: string) => db.deleteFrom('app_passwords').where('id', '=', id).execute(),
  }
}
