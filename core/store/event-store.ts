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

type Told = Omit<PlatformEvent, 'id' | 'at'> & {
  readonly at: Date
  /** Whether its member is told on IRC, too, who need not have asked. */
  readonly notice?: boolean
}

/** By which who tells members is woken. */
export const noticeWake = 'notices'

export function createEventStore(db: Kysely<Schema>) {
  const told: Told[] = []
  return {
    /** For whoever follows the account, once the transaction holds. */
    tell(event: Told): void {
      told.push(event)
    },
    /** Writes what was told; answers what to wake. */
    async write(): Promise<string[]> {
      const events = told.splice(0)
      if (events.length === 0) return []
      const accountIds = [...new Set(events.map(({ accountId }) => accountId))].sort()
      // Ids of one account's events become visible in their order: who has read one has missed none before it.
      await sql`select pg_advisory_xact_lock(hashtext(id)) from unnest(${accountIds}::text[]) id`.execute(db)
      await db
        .insertInto('events')
        .values(
          events.map(({ accountId, notice, ...event }) => ({
            ...event,
            account_id: accountId,
            unsaid: notice ?? false,
          })),
        )
        .execute()
      const wake = events.some(({ notice }) => notice) ? [...accountIds, noticeWake] : accountIds
      return wake.map((who) => `event ${who}`)
    },
    /** What members are still to be told, the oldest first; not those who have these names (in lower case). */
    async unsaid(
      except: readonly string[] = [],
      limit = 5000,
    ): Promise<{ id: string; account: string; message: string }[]> {
      const rows = await db
        .selectFrom('events')
        .innerJoin('accounts', 'accounts.id', 'events.account_id')
        .where('unsaid', '=', true)
        .where('accounts.deleted_at', 'is', null)
        .where('accounts.name_key', '<>', sql<string>`all(${except})`)
        .select(['events.id', 'accounts.name', 'message'])
        .orderBy('events.id')
        .limit(limit)
        .execute()
      return rows.map(({ id, name, message }) => ({ id: String(id), account: name, message }))
    },
    said: (ids: readonly string[]) => db.updateTable('events').set({ unsaid: false }).where('id', 'in', ids).execute(),
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
