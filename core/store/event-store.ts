import { type Kysely, sql } from 'kysely'
import type { Schema } from './schema.ts'

export interface PlatformEvent {
  readonly id: string
  readonly at: string
  readonly accountId: string
  /** `bouncer/main`, `upstream/main/libera`, `account/alice`. */
  readonly subject: string
  readonly type: string
  readonly message: string
}

export function createEventStore(db: Kysely<Schema>, notify: (payload: string) => Promise<void>) {
  return {
    /** Tells whoever follows the account, once the transaction holds. */
    async insert(event: Omit<PlatformEvent, 'id' | 'at'> & { at: Date }): Promise<void> {
      const { accountId, ...rest } = event
      // Ids of one account's events become visible in their order: who has read one has missed none before it.
      await sql`select pg_advisory_xact_lock(hashtext(${accountId}))`.execute(db)
      await db
        .insertInto('events')
        .values({ ...rest, account_id: accountId })
        .execute()
      await notify(`event ${accountId}`)
    },
    /** The account's events after an id, oldest first. */
    async after(accountId: string, id: string, limit = 500): Promise<PlatformEvent[]> {
      const rows = await db
        .selectFrom('events')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('id', '>', id)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        id: String(row.id),
        at: row.at.toISOString(),
        accountId: row.account_id,
        subject: row.subject,
        type: row.type,
        message: row.message,
      }))
    },
    async lastId(accountId: string): Promise<string> {
      const row = await db
        .selectFrom('events')
        .select((e) => e.fn.max('id').as('id'))
        .where('account_id', '=', accountId)
        .executeTakeFirst()
      return String(row?.id ?? 0)
    },
  }
}
