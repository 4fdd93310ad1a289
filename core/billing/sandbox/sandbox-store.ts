import { type Kysely, sql } from 'kysely'
import type { Schema } from '../../store/schema.ts'
import type { SandboxCustomer } from './state.ts'

export interface SandboxEvent {
  readonly id: string
  readonly customerId: string
  readonly type: string
  readonly body: string
}

/** The sandbox's own rows: it keeps them as the provider would, apart from ours. */
export function createSandboxStore(db: Kysely<Schema>) {
  return {
    /** Locked until the transaction ends. */
    async customer(id: string): Promise<SandboxCustomer | undefined> {
      const row = await db
        .selectFrom('sandbox_customers')
        .select('state')
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst()
      return row && (JSON.parse(row.state) as SandboxCustomer)
    },
    /** Nothing where there is one of that id: it may have bought something since it was looked for. */
    add: (customer: SandboxCustomer) =>
      db
        .insertInto('sandbox_customers')
        .values({ id: customer.id, state: JSON.stringify(customer) })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    save: (customer: SandboxCustomer) =>
      db
        .updateTable('sandbox_customers')
        .set({ state: JSON.stringify(customer) })
        .where('id', '=', customer.id)
        .execute(),
    states: async (): Promise<SandboxCustomer[]> =>
      (await db.selectFrom('sandbox_customers').select('state').execute()).map(({ state }) => JSON.parse(state)),
    /** Whose events are still to be sent, each once. */
    untold: async (): Promise<string[]> =>
      (
        await db
          .selectFrom('sandbox_events')
          .select('customer_id')
          .distinct()
          .where('delivered_at', 'is', null)
          .execute()
      ).map(({ customer_id }) => customer_id),
    ids: async () =>
      (await db.selectFrom('sandbox_customers').select('id').orderBy('id').execute()).map(({ id }) => id),
    async emit(events: readonly SandboxEvent[], at: Date): Promise<void> {
      if (events.length === 0) return
      await db
        .insertInto('sandbox_events')
        .values(
          events.map(({ id, customerId, type, body }) => ({
            id,
            customer_id: customerId,
            type,
            body,
            delivered_at: null,
            next_at: at,
          })),
        )
        .execute()
    },
    /** What is to be sent by now, oldest first. */
    due: (at: Date, limit: number) =>
      db
        .selectFrom('sandbox_events')
        .selectAll()
        .where('delivered_at', 'is', null)
        .where('next_at', '<=', at)
        .orderBy('seq')
        .limit(limit)
        .execute(),
    all: () => db.selectFrom('sandbox_events').selectAll().orderBy('seq').execute(),
    delivered: (id: string, at: Date) =>
      db.updateTable('sandbox_events').set({ delivered_at: at }).where('id', '=', id).execute(),
    failed: (id: string, nextAt: Date) =>
      db
        .updateTable('sandbox_events')
        .set((e) => ({ attempts: e('attempts', '+', 1), next_at: nextAt }))
        .where('id', '=', id)
        .execute(),
    /** Takes all of it away, with its clock and its prices. */
    async forget(): Promise<void> {
      await db.deleteFrom('sandbox_customers').execute()
      await db.deleteFrom('sandbox_events').execute()
      await db.deleteFrom('settings').where('key', 'like', 'sandbox-%').execute()
    },
    /** Moves the sandbox's clock so far ahead of the real one, in milliseconds, unless it is so already. */
    async moveClock(setting: string, aheadMs: number): Promise<void> {
      await sql`insert into settings (key, value) values (${setting}, greatest(0, ${aheadMs}::bigint)::text)
        on conflict (key) do update set value = greatest(settings.value::bigint, ${aheadMs}::bigint)::text`.execute(db)
    },
  }
}
