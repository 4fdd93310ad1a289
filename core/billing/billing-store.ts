import { type Insertable, type Kysely, type Selectable, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'
import { clockSetting } from './clock.ts'
import type { BillingFacts } from './entitlements.ts'
import { isNotPutOff } from './retry-store.ts'

export type BillingAccountRow = Selectable<Schema['billing_accounts']>
export type OverrideRow = Selectable<Schema['overrides']>
export type SubscriptionRow = Selectable<Schema['subscriptions']> & {
  readonly items: readonly Selectable<Schema['subscription_items']>[]
}

interface FactsRow {
  clock: string | null
  disputed: boolean | null
  held: string | null
  subscriptions: string | null
  overrides: string | null
}

/** Rows of the provider’s state, of what operators decided, and of when to look again. */
export function createBillingStore(db: Kysely<Schema>) {
  return {
    /** All that entitlements depend on, and the time by the provider’s clock. One question. */
    async facts(accountId: string, real: Date): Promise<{ facts: Omit<BillingFacts, 'ops'>; now: Date }> {
      const { rows } = await sql<FactsRow>`
        select (select value from settings where key = ${clockSetting}) as clock,
          (select disputed from billing_accounts where account_id = ${accountId}) as disputed,
          (select held from billing_accounts where account_id = ${accountId}) as held,
          (select json_agg(json_build_object('status', s.status, 'unpaidSince', s.unpaid_since, 'items',
            (select coalesce(json_agg(json_build_object('offer', i.offer, 'quantity', i.quantity) order by i.id), '[]')
              from subscription_items i where i.subscription_id = s.id)) order by s.id)::text
            from subscriptions s where s.account_id = ${accountId}) as subscriptions,
          (select json_agg(json_build_object('name', o.name, 'value', o.value, 'reason', o.reason, 'endsAt', o.ends_at)
            order by o.id desc)::text from overrides o where o.account_id = ${accountId}) as overrides`.execute(db)
      const { clock, disputed, held, subscriptions, overrides } = rows[0]!
      return {
        now: new Date(real.getTime() + Number(clock ?? 0)),
        facts: {
          disputed: disputed ?? false,
          held: held ? JSON.parse(held, dates) : null,
          subscriptions: subscriptions ? JSON.parse(subscriptions, dates) : [],
          overrides: overrides ? JSON.parse(overrides, dates) : [],
        },
      }
    },
    /** The time by the provider’s clock. */
    async now(real: Date): Promise<Date> {
      const row = await db.selectFrom('settings').select('value').where('key', '=', clockSetting).executeTakeFirst()
      return new Date(real.getTime() + Number(row?.value ?? 0))
    },
    byAccount: (accountId: string): Promise<BillingAccountRow | undefined> =>
      db.selectFrom('billing_accounts').selectAll().where('account_id', '=', accountId).executeTakeFirst(),
    byCustomer: (customerId: string): Promise<BillingAccountRow | undefined> =>
      db.selectFrom('billing_accounts').selectAll().where('customer_id', '=', customerId).executeTakeFirst(),
    byCheckout: (checkoutId: string): Promise<BillingAccountRow | undefined> =>
      db.selectFrom('billing_accounts').selectAll().where('checkout_id', '=', checkoutId).executeTakeFirst(),
    /** Makes sure that there is a row to lock and to change. */
    open: (accountId: string) =>
      db
        .insertInto('billing_accounts')
        .values({
          account_id: accountId,
          customer_id: null,
          held: null,
          synced_at: null,
          review_at: null,
          checkout_id: null,
          checkout_url: null,
          checkout_wanted: null,
          content_ends_at: null,
          content_told: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    change: (accountId: string, set: Partial<Omit<BillingAccountRow, 'account_id' | 'generation'>>) =>
      db.updateTable('billing_accounts').set(set).where('account_id', '=', accountId).execute(),
    /** False where somebody has written a newer reading since `generation`. */
    async advance(accountId: string, generation: number, set: Pick<BillingAccountRow, 'disputed' | 'synced_at'>) {
      const { numUpdatedRows } = await db
        .updateTable('billing_accounts')
        .set({ ...set, generation: generation + 1 })
        .where('account_id', '=', accountId)
        .where('generation', '=', generation)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
    /**
     * Accounts whose time to be looked at has come, and by their customers those not synchronised since `before`; without
     * those that failed and are put off. `now` is by the provider's clock, `real` by ours.
     */
    due: (now: Date, real: Date, limit: number) =>
      db
        .selectFrom('billing_accounts')
        .selectAll()
        .where('review_at', '<=', now)
        .where(isNotPutOff('review', 'account_id', real))
        .orderBy('review_at')
        .limit(limit)
        .execute(),
    /** When an account is to be looked at next, after a time by the provider's clock; null where none is. */
    async nextReview(after: Date): Promise<Date | null> {
      const { next } = await db
        .selectFrom('billing_accounts')
        .select((e) => e.fn.min('review_at').as('next'))
        .where('review_at', '>', after)
        .executeTakeFirstOrThrow()
      return next
    },
    stale: (before: Date, real: Date, limit: number) =>
      db
        .selectFrom('billing_accounts')
        .select(['account_id', 'customer_id'])
        .where('customer_id', 'is not', null)
        .where((e) => e.or([e('synced_at', 'is', null), e('synced_at', '<', before)]))
        .where(isNotPutOff('sync', 'customer_id', real))
        .orderBy('synced_at')
        .limit(limit)
        .execute(),
    async subscriptions(accountId: string): Promise<SubscriptionRow[]> {
      const rows = await db
        .selectFrom('subscriptions')
        .selectAll()
        .where('account_id', '=', accountId)
        .orderBy('created_at')
        .orderBy('id')
        .execute()
      const items = await db
        .selectFrom('subscription_items')
        .selectAll()
        .where('subscription_id', 'in', rows.length > 0 ? rows.map(({ id }) => id) : [''])
        .orderBy('id')
        .execute()
      return rows.map((row) => ({ ...row, items: items.filter((item) => item.subscription_id === row.id) }))
    },
    /** Puts what was read in place of what was known. */
    async replace(
      accountId: string,
      rows: readonly Insertable<Schema['subscriptions']>[],
      items: readonly Insertable<Schema['subscription_items']>[],
    ): Promise<void> {
      await db.deleteFrom('subscriptions').where('account_id', '=', accountId).execute()
      if (rows.length > 0)
        await db
          .insertInto('subscriptions')
          .values([...rows])
          .execute()
      if (items.length > 0)
        await db
          .insertInto('subscription_items')
          .values([...items])
          .execute()
    },
    /**
     * Forgets all that the provider has told, and lets everybody be looked at by `at`: at another one nobody is a
     * customer yet. Answers how many were.
     */
    async forget(at: Date): Promise<number> {
      await sql`lock table billing_accounts, subscriptions in exclusive mode`.execute(db)
      await db.deleteFrom('subscriptions').execute()
      await db.deleteFrom('webhook_events').execute()
      await db.deleteFrom('billing_retries').execute()
      await db.deleteFrom('billing_outbox').where('kind', '=', 'cancel').execute()
      const { count } = await db
        .selectFrom('billing_accounts')
        .select(sql<number>`count(customer_id)::int`.as('count'))
        .executeTakeFirstOrThrow()
      await db
        .updateTable('billing_accounts')
        .set((e) => ({
          generation: e('generation', '+', 1),
          customer_id: null,
          disputed: false,
          held: null,
          synced_at: null,
          review_at: at,
          checkout_id: null,
          checkout_url: null,
          checkout_wanted: null,
          content_ends_at: null,
          content_told: null,
        }))
        .execute()
      return count
    },
    overrides: (accountId: string): Promise<OverrideRow[]> =>
      db.selectFrom('overrides').selectAll().where('account_id', '=', accountId).orderBy('id', 'desc').execute(),
    /** One of each name: a new one takes the former’s place. */
    async setOverride(row: Insertable<Schema['overrides']>): Promise<void> {
      await db.deleteFrom('overrides').where('account_id', '=', row.account_id).where('name', '=', row.name).execute()
      await db.insertInto('overrides').values(row).execute()
    },
    deleteOverride: (accountId: string, name: string) =>
      db.deleteFrom('overrides').where('account_id', '=', accountId).where('name', '=', name).execute(),
    choices: (accountId: string) =>
      db.selectFrom('plan_choices').selectAll().where('account_id', '=', accountId).execute(),
    choose: (accountId: string, limit: string, names: readonly string[]) =>
      db
        .insertInto('plan_choices')
        .values({ account_id: accountId, limit_name: limit, names: JSON.stringify(names) })
        .onConflict((conflict) =>
          conflict.columns(['account_id', 'limit_name']).doUpdateSet({ names: JSON.stringify(names) }),
        )
        .execute(),
  }
}

const dates = (key: string, value: unknown) =>
  typeof value === 'string' && (key === 'unpaidSince' || key === 'endsAt' || key === 'since') ? new Date(value) : value
