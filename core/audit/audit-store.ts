import type { Insertable, Kysely } from 'kysely'
import type { Schema } from '../store/schema.ts'

export function createAuditStore(db: Kysely<Schema>) {
  return {
    insert: (row: Insertable<Schema['audit']>) => db.insertInto('audit').values(row).execute(),
    /** Newest first; of one account (what it did and what was done for it), or of all. */
    list: (accountId: string | null, limit: number) =>
      db
        .selectFrom('audit')
        .selectAll()
        .$if(accountId !== null, (query) =>
          query.where((e) => e.or([e('actor_id', '=', accountId), e('member_id', '=', accountId)])),
        )
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),
  }
}
