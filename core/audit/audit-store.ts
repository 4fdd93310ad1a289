import type { Insertable, Kysely } from 'kysely'
import type { Schema } from '../store/schema.ts'

/** A line as it is written. */
export type AuditEntry = Insertable<Schema['audit']> & { readonly at: Date }

export function createAuditStore(db: Kysely<Schema>) {
  return {
    insert: (row: AuditEntry) => db.insertInto('audit').values(row).execute(),
    /** Whether the same was done by the same for the same member, from there, since then. */
    async hasSince({ actor_id, member_id, via, operation, input }: AuditEntry, since: Date): Promise<boolean> {
      const row = await db
        .selectFrom('audit')
        .select('id')
        .where('actor_id', '=', actor_id ?? '')
        .where('member_id', '=', member_id ?? '')
        .where('via', '=', via)
        .where('operation', '=', operation)
        .where('input', '=', input)
        .where('at', '>=', since)
        .limit(1)
        .executeTakeFirst()
      return row !== undefined
    },
    /** Newest first; of one account (what it did and what was done for it), or of all. Null is no limit. */
    list: (accountId: string | null, limit: number | null) =>
      db
        .selectFrom('audit')
        .selectAll()
        .$if(accountId !== null, (query) =>
          query.where((e) => e.or([e('actor_id', '=', accountId), e('member_id', '=', accountId)])),
        )
        .orderBy('id', 'desc')
        .$if(limit !== null, (query) => query.limit(limit ?? 0))
        .execute(),
  }
}
