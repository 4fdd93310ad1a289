import { type Kysely, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'

/**
 * When what was published to stay for ever goes all the same, because the plan that let it is over: `announced_end` of a
 * paste’s or a picture’s row, null while it stays.
 */
export const announcedEnd = (table: 'pastes' | 'pictures') =>
  sql<Date | null>`(select content_ends_at from billing_accounts
    where billing_accounts.account_id = ${sql.ref(`${table}.account_id`)})`.as('announced_end')

/** A row whose end is either its own or the announced one. */
export interface Ending {
  readonly expires_at: Date | null
  /** Absent of what was made just now. */
  readonly announced_end?: Date | null
}

/** When something goes; null is never. */
export const goesAt = ({ expires_at, announced_end = null }: Ending): Date | null => expires_at ?? announced_end

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
