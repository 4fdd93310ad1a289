import type { Kysely } from 'kysely'
import type { Schema } from '../store/schema.ts'
import type { ProviderEvent } from './payments.port.ts'
import { isNotPutOff } from './retry-store.ts'

/** The events that the provider has sent, each once. */
export function createWebhookStore(db: Kysely<Schema>) {
  return {
    /** False for one that is known. */
    async insert({ id, type, customerId }: ProviderEvent, at: Date): Promise<boolean> {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('webhook_events')
        .values({ id, type, customer_id: customerId, received_at: at, synced_at: customerId === null ? at : null })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },
    /** Whose events were received by `before` and have led to nothing yet; without those who are put off at `now`. */
    async open(before: Date, now: Date, limit: number): Promise<string[]> {
      const rows = await db
        .selectFrom('webhook_events')
        .select('customer_id')
        .distinct()
        .where('synced_at', 'is', null)
        .where('received_at', '<=', before)
        .where(isNotPutOff('sync', 'customer_id', now))
        .limit(limit)
        .execute()
      return rows.map(({ customer_id }) => customer_id!)
    },
    synced: (customerId: string, receivedBy: Date, at: Date) =>
      db
        .updateTable('webhook_events')
        .set({ synced_at: at })
        .where('customer_id', '=', customerId)
        .where('received_at', '<=', receivedBy)
        .where('synced_at', 'is', null)
        .execute(),
  }
}
