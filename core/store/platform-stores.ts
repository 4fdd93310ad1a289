import type { Insertable, Kysely, Selectable } from 'kysely'
import type { Schema } from './schema.ts'

export function createIdempotencyStore(db: Kysely<Schema>) {
  return {
    find: (accountId: string, key: string) =>
      db
        .selectFrom('idempotency')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('key', '=', key)
        .executeTakeFirst(),
    /** Keeps what a request has come to before any of it is done; answers with what the first of its tries has kept. */
    async begin(row: Omit<Selectable<Schema['idempotency']>, 'output'>) {
      await db
        .insertInto('idempotency')
        .values({ ...row, output: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return db
        .selectFrom('idempotency')
        .selectAll()
        .where('account_id', '=', row.account_id)
        .where('key', '=', row.key)
        .executeTakeFirstOrThrow()
    },
    /** Keeps what a request has answered; false where its key has come to be another's meanwhile. */
    async finish(row: Omit<Selectable<Schema['idempotency']>, 'decided'>): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('idempotency')
        .values({ ...row, decided: null })
        .onConflict((conflict) =>
          conflict
            .columns(['account_id', 'key'])
            .doUpdateSet({ output: row.output })
            .where('idempotency.request', '=', row.request),
        )
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },
  }
}

export function createLinkStore(db: Kysely<Schema>) {
  return {
    insert: (row: Insertable<Schema['one_time_links']>) => db.insertInto('one_time_links').values(row).execute(),
    find: (hash: string) => db.selectFrom('one_time_links').selectAll().where('hash', '=', hash).executeTakeFirst(),
    /** Ends all links of an account, opened or not. */
    deleteAccount: (accountId: string) => db.deleteFrom('one_time_links').where('account_id', '=', accountId).execute(),
    /** Ends those of an account that lead to one operation. */
    deleteOf: (accountId: string, operation: string) =>
      db.deleteFrom('one_time_links').where('account_id', '=', accountId).where('operation', '=', operation).execute(),
    /** True for one caller only. */
    async use(hash: string, now: Date): Promise<boolean> {
      const result = await db
        .updateTable('one_time_links')
        .set({ used_at: now })
        .where('hash', '=', hash)
        .where('used_at', 'is', null)
        .where('expires_at', '>', now)
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },
  }
}

export function createSettingStore(db: Kysely<Schema>) {
  return {
    get: async (key: string) =>
      (await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst())?.value,
    /** Locked until the transaction ends. */
    locked: async (key: string) =>
      (await db.selectFrom('settings').select('value').where('key', '=', key).forUpdate().executeTakeFirstOrThrow())
        .value,
    /** Keeps the first value; answers with the one that holds. */
    async keep(key: string, value: string): Promise<string> {
      await db
        .insertInto('settings')
        .values({ key, value })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return (await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirstOrThrow()).value
    },
    async put(key: string, value: string): Promise<void> {
      await db
        .insertInto('settings')
        .values({ key, value })
        .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
        .execute()
    },
  }
}
