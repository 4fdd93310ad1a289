import type { Insertable, Kysely } from 'kysely'
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
    insert: (row: Insertable<Schema['idempotency']>) => db.insertInto('idempotency').values(row).execute(),
    deleteBefore: (at: Date) => db.deleteFrom('idempotency').where('created_at', '<', at).execute(),
  }
}

export function createLeaseStore(db: Kysely<Schema>) {
  return {
    /** True when `holder` has the lease until `until`: it was free, has run out, or was the holder's already. */
    async take(name: string, holder: string, now: Date, until: Date): Promise<boolean> {
      const result = await db
        .insertInto('leases')
        .values({ name, holder, expires_at: until })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({ holder, expires_at: until })
            .where((e) => e.or([e('leases.holder', '=', holder), e('leases.expires_at', '<', now)])),
        )
        .executeTakeFirst()
      return result.numInsertedOrUpdatedRows === 1n
    },
    release: (name: string, holder: string) =>
      db.deleteFrom('leases').where('name', '=', name).where('holder', '=', holder).execute(),
  }
}

export function createLinkStore(db: Kysely<Schema>) {
  return {
    insert: (row: Insertable<Schema['one_time_links']>) => db.insertInto('one_time_links').values(row).execute(),
    find: (hash: string) => db.selectFrom('one_time_links').selectAll().where('hash', '=', hash).executeTakeFirst(),
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
    deleteBefore: (at: Date) => db.deleteFrom('one_time_links').where('expires_at', '<', at).execute(),
  }
}

export function createSettingStore(db: Kysely<Schema>) {
  return {
    get: async (key: string) =>
      (await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst())?.value,
    /** Keeps the first value; answers with the one that holds. */
    async keep(key: string, value: string): Promise<string> {
      await db
        .insertInto('settings')
        .values({ key, value })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      return (await db.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirstOrThrow()).value
    },
  }
}
