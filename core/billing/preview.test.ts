import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { run } from '../operation/run.ts'
import type { Database } from '../store/database.ts'
import { previewBilling } from './preview.ts'

let database: Database
beforeAll(async () => {
  database = await openTestPglite()
})
afterAll(() => database?.close())

test('who has never paid is told the day on which the next bill really comes, by the provider’s clock', async () => {
  const { runtime, member, call } = await createTestPlatform(database)
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
