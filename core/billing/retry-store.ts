import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'

export type RetryKind = Schema['billing_retries']['kind']

/** Whom the rounds could not be done with: they are left out until their time, so that they keep nobody else waiting. */
export function createRetryStore(db: Kysely<Schema>) {
  return {
    /** Answers how often it has failed by now. */
    async failed(kind: RetryKind, key: string, error: string, nextAt: (attempts: number) => Date): Promise<number> {
      const known = await db
        .selectFrom('billing_retries')
        .select('attempts')
        .where('kind', '=', kind)
        .where('key', '=', key)
        .executeTakeFirst()
      const attempts = (known?.attempts ?? 0) + 1
      const set = { attempts, next_at: nextAt(attempts), last_error: error }
      await db
        .insertInto('billing_retries')
        .values({ kind, key, ...set })
        .onConflict((conflict) => conflict.columns(['kind', 'key']).doUpdateSet(set))
        .execute()
      return attempts
    },
    done: (kind: RetryKind, key: string) =>
      db.deleteFrom('billing_retries').where('kind', '=', kind).where('key', '=', key).execute(),
  }
}

/** True of a row whose `key` (a column) is not to be tried before another time than `at`. */
export const isNotPutOff = (kind: RetryKind, key: string, at: Date): RawBuilder<boolean> =>
  sql<boolean>`not exists (select 1 from billing_retries r
    where r.kind = ${kind} and r.key = ${sql.ref(key)} and r.next_at > ${at})`
