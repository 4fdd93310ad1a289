import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { run } from '../operation/run.ts'
import type { Database } from '../store/database.ts'
import { previewBilling } from './preview.ts'

let database: Database
let platform: Awaited<ReturnType<typeof createTestPlatform>>
beforeAll(async () => {
  database = await openTestPglite()
  platform = await createTestPlatform(database)
})
afterAll(() => database?.close())

test('who has never paid is told the day on which the next bill really comes, by the provider’s clock', async () => {
  const { runtime, member, call } = platform
  const id = await member('alice')
  const nextAt = async (now: string, input: object) => {
    const at = { ...runtime, now: () => new Date(now) }
    const answer = await run(at, previewBilling, input, { accountId: id, via: 'http', scopes: ['*'] })
    return (answer as { nextAt: string }).nextAt
  }
  // A month after the 31st is the next month’s last day.
  expect(await nextAt('2027-01-31T12:00:00Z', { name: 'pro' })).toBe('2027-02-28T12:00:00.000Z')
  expect(await nextAt('2028-02-29T12:00:00Z', { name: 'pro', yearly: true })).toBe('2029-02-28T12:00:00.000Z')
  await call('ops', 'ops.sandbox.advance', { by: '40d' })
  expect((await nextAt('2027-01-31T12:00:00Z', { name: 'pro' })).slice(0, 10)).toBe('2027-04-12')
})

test('what has no subscription by the same interval to go into is paid on a page, also by who pays already', async () => {
  const { runtime, member, call } = platform
  const preview = (name: string) => call(name, 'billing.preview', { name: 'bots' })
  for (const [name, yearly] of [
    ['yearly', true],
    ['monthly', false],
  ] as const) {
    await member(name)
    expect(await preview(name)).toMatchObject({ dueNow: '$2.00', onPage: true })
    const { url } = await call(name, 'billing.upgrade', { plan: 'pro', yearly })
    await runtime.billing.sandbox!.pay(url.split('/').at(-1), '4242424242424242', false)
    await runtime.billing.sync(
      (await runtime.read((store) => store.billing.byCheckout(url.split('/').at(-1))))!.customer_id!,
    )
    expect(await preview(name)).toMatchObject({ dueNow: '$2.00', onPage: yearly })
  }
})
