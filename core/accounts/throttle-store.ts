import { type Kysely, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'

/** A counter's limit: so many tries are free, then one waits 5 s, and each further one twice as long, up to `longestMs`. */
export interface ThrottleRule {
  readonly key: string
  readonly free: number
  readonly longestMs: number
}

/** Without a try for this long, a counter starts anew. */
const memoryMs = 60 * 60_000

export function createThrottleStore(db: Kysely<Schema>) {
  return {
    /**
     * Counts a try before it is made, so that many at once can't slip through. Answers with the milliseconds to wait,
     * 0 when it may be made; a try that must wait isn't counted.
     */
    async take(rules: readonly ThrottleRule[], now: Date): Promise<number> {
      const keys = rules.map(({ key }) => key).sort()
      // Made first, so that there are rows to lock: two tries at once then take turns.
      await db
        .insertInto('throttles')
        .values(keys.map((key) => ({ key, failures: 0, blocked_until: now })))
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      const rows = await db
        .selectFrom('throttles')
        .selectAll()
        .where('key', 'in', keys)
        .orderBy('key')
        .forUpdate()
        .execute()
      const rowOf = ({ key }: ThrottleRule) => rows.find((one) => one.key === key)
      // Of a counter with tries left it is only when the last one was, which may have begun later than this one.
      const blocked = rules.filter((rule) => (rowOf(rule)?.failures ?? 0) >= rule.free)
      const wait = Math.max(0, ...blocked.map((rule) => rowOf(rule)!.blocked_until.getTime() - now.getTime()))
      if (wait > 0) return wait
      for (const rule of rules) {
        const { key, free, longestMs } = rule
        const row = rowOf(rule)
        const kept = row && now.getTime() - row.blocked_until.getTime() < memoryMs ? row.failures : 0
        const failures = kept + 1
        const pause = failures < free ? 0 : Math.min(longestMs, 5000 * 2 ** Math.min(failures - free, 20))
        await db
          .updateTable('throttles')
          .set({ failures, blocked_until: new Date(now.getTime() + pause) })
          .where('key', '=', key)
          .execute()
      }
      return 0
    },
    /** The try was no guess. */
    clear: (keys: readonly string[]) => db.deleteFrom('throttles').where('key', 'in', keys).execute(),
    /** Gives one try back. */
    giveBack: (key: string, now: Date) =>
      db
        .updateTable('throttles')
        .set({ failures: sql`greatest(failures - 1, 0)`, blocked_until: now })
        .where('key', '=', key)
        .execute(),
  }
}
