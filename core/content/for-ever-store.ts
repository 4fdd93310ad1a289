import { type Kysely, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'

/** What an account has published to stay until it is deleted. */
export const createForEverStore = (db: Kysely<Schema>, table: 'pastes' | 'pictures') => ({
  async countForEver(accountId: string): Promise<number> {
    const { count } = await db
      .selectFrom(table)
      .where('account_id', '=', accountId)
      .where('expires_at', 'is', null)
      .select(sql<number>`count(*)::int`.as('count'))
      .executeTakeFirstOrThrow()
    return count
  },
  endForEver: (accountId: string, at: Date) =>
    db
      .updateTable(table)
      .set({ expires_at: at })
      .where('account_id', '=', accountId)
      .where('expires_at', 'is', null)
      .execute(),
})
