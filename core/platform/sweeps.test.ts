import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import type { Database } from '../store/database.ts'
import { type SweptTable, sweptTables } from '../store/sweep-store.ts'
import { kept, sweep } from './sweeps.ts'

onBothDatabases('sweeps', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  beforeEach(async () => {
    database = await open()
    platform = await createTestPlatform(database)
  })
  afterEach(() => database.close())

  const tables = Object.keys(sweptTables) as SweptTable[]

  /** A row of each swept table, `ageMs` older than it may become, or younger where that is negative. */
  async function fill(name: string, ageMs: number): Promise<void> {
    const account_id = (await platform.runtime.transaction((store) => store.accounts.byName('ops')))!.id
    const at = (table: SweptTable) => new Date(platform.runtime.now().getTime() - kept[table] - ageMs)
    const db = database.kysely
    await db
      .insertInto('events')
      .values({ account_id, at: at('events'), subject: name, type: 't', message: 'm' })
      .execute()
    await db
      .insertInto('idempotency')
      .values({ account_id, key: name, request: 'r', output: '{}', created_at: at('idempotency') })
      .execute()
    await db
      .insertInto('one_time_links')
      .values({
        hash: name,
        account_id,
        operation: 'o',
        sealed_input: 's',
        expires_at: at('one_time_links'),
        used_at: null,
      })
      .execute()
    await db
      .insertInto('oidc_payloads')
      .values({
        model: 'm',
        id: name,
        payload: '{}',
        grant_id: null,
        user_code: null,
        uid: null,
        expires_at: at('oidc_payloads'),
      })
      .execute()
    await db
      .insertInto('pastes')
      .values({
        id: name,
        account_id,
        title: null,
        language: null,
        visibility: 'unlisted',
        text: 't',
        bytes: 1,
        digest: 'd',
        delete_hash: 'h',
        created_at: at('pastes'),
        updated_at: at('pastes'),
        expires_at: at('pastes'),
        taken_down_at: null,
        taken_down_reason: null,
      })
      .execute()
    await db
      .insertInto('pictures')
      .values({
        id: name,
        account_id,
        hash: null,
        name: null,
        kind: 'png',
        width: 1,
        height: 1,
        frames: 1,
        bytes: 1,
        created_at: at('pictures'),
        expires_at: at('pictures'),
        taken_down_at: null,
        taken_down_reason: null,
      })
      .execute()
    await db
      .insertInto('throttles')
      .values({ key: name, failures: 1, blocked_until: at('throttles') })
      .execute()
    await db
      .insertInto('webhook_events')
      .values({ id: name, type: 't', customer_id: null, received_at: at('webhook_events'), synced_at: null })
      .execute()
    await db
      .insertInto('leases')
      .values({ name, holder: 'h', expires_at: at('leases') })
      .execute()
    await db
      .insertInto('health')
      .values({
        process: name,
        name,
        host: 'h',
        pid: 1,
        healthy: true,
        version: null,
        detail: null,
        seen: at('health'),
      })
      .execute()
  }

  const count = async (table: string) =>
    Number(
      (await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(database.kysely)).rows[0]!
        .n,
    )

  test('what has had its time goes, in batches; what has not, what never ends and the audit stay', async () => {
    await platform.call('ops', 'account.create', { name: 'alice' })
    const before = { audit: await count('audit'), events: await count('events') }
    for (let n = 0; n < 5; n += 1) await fill(`old-${n}`, 60_000)
    await fill('young', -3_600_000)
    await database.kysely
      .insertInto('oidc_payloads')
      .values({
        model: 'm',
        id: 'endless',
        payload: '{}',
        grant_id: null,
        user_code: null,
        uid: null,
        expires_at: null,
      })
      .execute()
    expect(await sweep(platform.runtime, undefined, 2)).toBe(5 * tables.length)
    const counts = Object.fromEntries(await Promise.all(tables.map(async (table) => [table, await count(table)])))
    expect(counts).toEqual({
      ...Object.fromEntries(tables.map((table) => [table, 1])),
      events: before.events + 1,
      oidc_payloads: 2,
    })
    expect(await count('audit')).toBe(before.audit)
    expect(await sweep(platform.runtime)).toBe(0)
  })

  test('no delete reads a whole table that can be long', async () => {
    await sql`set enable_seqscan = off`.execute(database.kysely)
    for (const table of tables.filter((one) => one !== 'leases' && one !== 'health')) {
      const plan = await database.kysely.transaction().execute(async (transaction) => {
        await sql`set local enable_seqscan = off`.execute(transaction)
        return sql<Record<string, string>>`explain select ctid from ${sql.table(table)}
          where ${sql.ref(sweptTables[table])} < now() order by ${sql.ref(sweptTables[table])} limit 10`.execute(
          transaction,
        )
      })
      expect(JSON.stringify(plan.rows)).toMatch(/Index Scan using|Index Only Scan/)
    }
  })
})
