import { type Kysely, type Selectable, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'
import { together } from '../store/together.ts'
import { type Account, nameKey } from './account.ts'

export type AccountRow = Selectable<Schema['accounts']>

export const accountOf = (row: AccountRow): Account => ({
  name: row.name,
  role: row.role,
  plan: row.plan,
  displayName: row.display_name,
  email: row.email,
  contentExpiry: row.keeps_content ? 'never' : 'plan',
  status: {
    phase: row.deleted_at ? 'deleting' : row.suspended_at ? 'suspended' : 'active',
    message: row.suspended_reason,
  },
  createdAt: row.created_at.toISOString(),
})

export function createAccountStore(db: Kysely<Schema>) {
  const byNameKey = together(db, async (keys) => {
    const rows = await db.selectFrom('accounts').selectAll().where('name_key', '=', sql<string>`any(${keys})`).execute()
    return (key) => rows.find((row) => row.name_key === key)
  })
  return {
    byId: together(db, async (ids) => {
      const rows = await db.selectFrom('accounts').selectAll().where('id', '=', sql<string>`any(${ids})`).execute()
      return (id) => rows.find((row) => row.id === id)
    }),
    byName: (name: string) => byNameKey(nameKey(name)),
    list: () => db.selectFrom('accounts').selectAll().orderBy('name_key').execute(),
    /** Serialises the writes of one account, so that counting and writing can't be overtaken. */
    lock: (id: string) => db.selectFrom('accounts').select('id').where('id', '=', id).forUpdate().executeTakeFirst(),
    /** The operators’ accounts, each of which stays what it is until the transaction ends. */
    lockOperators: () =>
      db.selectFrom('accounts').selectAll().where('role', '=', 'ops').orderBy('id').forUpdate().execute(),
    /** False when the name is taken. */
    async insert(row: {
      id: string
      name: string
      role: 'member' | 'ops'
      plan: string
      email: string | null
      display_name: string | null
      created_at: Date
    }): Promise<boolean> {
      const result = await db
        .insertInto('accounts')
        .values({ ...row, name_key: nameKey(row.name), suspended_at: null, suspended_reason: null, deleted_at: null })
        .onConflict((conflict) => conflict.column('name_key').doNothing())
        .executeTakeFirst()
      return result.numInsertedOrUpdatedRows === 1n
    },
    update: (id: string, set: Partial<Pick<AccountRow, 'display_name' | 'email' | 'role' | 'plan' | 'replies'>>) =>
      db.updateTable('accounts').set(set).where('id', '=', id).execute(),
    /** A change that net.irc.now must follow: suspension, sign-out, deletion. */
    change: (
      id: string,
      set: Partial<Pick<AccountRow, 'suspended_at' | 'suspended_reason' | 'deleted_at'>>,
      signOut = false,
    ) =>
      db
        .updateTable('accounts')
        .set((e) => ({
          ...set,
          ...(signOut ? { sign_outs: e('sign_outs', '+', 1) } : {}),
        }))
        .where('id', '=', id)
        .execute(),
    ids: () => db.selectFrom('accounts').select('id').execute(),
    purge: (id: string) => db.deleteFrom('accounts').where('id', '=', id).execute(),
    credential: (accountId: string) =>
      db.selectFrom('credentials').selectAll().where('account_id', '=', accountId).executeTakeFirst(),
    setCredential: (accountId: string, passwordHash: string, at: Date) =>
      db
        .insertInto('credentials')
        .values({ account_id: accountId, password_hash: passwordHash, updated_at: at })
        .onConflict((conflict) =>
          conflict.column('account_id').doUpdateSet({ password_hash: passwordHash, updated_at: at }),
        )
        .execute(),
  }
}
