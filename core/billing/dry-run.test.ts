import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import type { Database } from '../store/database.ts'

// A dry run tells what it would come to, and changes nothing, here or at the provider.
let database: Database
let platform: Awaited<ReturnType<typeof createTestPlatform>>
beforeAll(async () => {
  database = await openTestPglite()
  platform = await createTestPlatform(database)
})
afterAll(() => database?.close())

const call = (...words: Parameters<typeof platform.call>) => platform.call(...words)
const subscriber = (name: string) => platform.subscriber(name)
/** Compares what a dry run says with what is so afterwards, and makes sure that there is nothing of it before. */
async function same(name: string, operation: string, input: object, confirm?: string) {
  const before = await call(name, 'billing.show')
  const would = await call(name, operation, input, { dryRun: true })
  expect(await call(name, 'billing.show')).toEqual(before)
  expect(would).not.toMatchObject(before)
  expect(await call(name, operation, input, confirm ? { confirm } : {})).toEqual(would)
  return would
}

test('what is bought, given up, ended and let go on is told as it would be', async () => {
  await subscriber('alice')
  expect(await same('alice', 'billing.addon.add', { name: 'bots', quantity: 2 }, '4')).toMatchObject({
    cost: '$10.00 a month',
  })
  await same('alice', 'billing.addon.remove', { name: 'bots', quantity: 1 })
  await same('alice', 'billing.addon.remove', { name: 'bots' })
  const ending = await same('alice', 'billing.cancel', {})
  expect(ending).toMatchObject({ status: { phase: 'ending' }, endsAt: expect.stringMatching(/^\d{4}-/) })
  await same('alice', 'billing.resume', {})
  const refused = call('alice', 'billing.addon.remove', { name: 'bots' }, { dryRun: true })
  await expect(refused).rejects.toMatchObject({ code: 'not_found' })
  const tooMany = call('alice', 'billing.addon.add', { name: 'log-search', quantity: 2 }, { dryRun: true })
  await expect(tooMany).rejects.toMatchObject({ code: 'quota_reached' })
  const free = call('ops', 'billing.upgrade', { plan: 'pro' }, { dryRun: true })
  await expect(free).rejects.toMatchObject({ code: 'conflict' })
})

test('by the year it is renewed in a year', async () => {
  // A year from the same moment.
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  await subscriber('yearly')
  const dryRun = await call('yearly', 'billing.upgrade', { plan: 'pro', yearly: true }, { dryRun: true })
  const done = await call('yearly', 'billing.upgrade', { plan: 'pro', yearly: true }, { confirm: '54' })
  expect(dryRun).toEqual(done)
  expect(dryRun).toMatchObject({ cost: '$60.00 a year', bought: [{ interval: 'year' }] })
})

test('who pays nothing yet is told how it stands once they have paid, and no page is made', async () => {
  const id = await platform.member('fresh')
  expect(await call('fresh', 'billing.upgrade', { plan: 'pro' }, { dryRun: true })).toMatchObject({
    plan: 'pro',
    status: { phase: 'pending', message: expect.stringContaining('once you have') },
    cost: '$6.00 a month',
    renewsAt: expect.stringMatching(/^\d{4}-/),
    url: null,
  })
  expect(await platform.runtime.read((store) => store.billing.byAccount(id))).toBeUndefined()
})

test('the sandbox’s clock is told as it would stand, and operators what the provider has', async () => {
  const { now } = await call('ops', 'ops.sandbox.advance', { by: '40d' }, { dryRun: true })
  expect(Date.parse(now) - Date.now()).toBeGreaterThan(39.9 * 86_400_000)
  const clock = await platform.runtime.read((store) => store.billing.now(new Date()))
  expect(clock.getTime() - Date.now()).toBeLessThan(60_000)
  const id = await platform.member('unread')
  const { url } = await call('unread', 'billing.upgrade', { plan: 'pro' })
  await platform.runtime.billing.sandbox!.pay(url.split('/').at(-1), '4242424242424242', false)
  const read = await call('ops', 'ops.billing.sync', { name: 'unread' }, { dryRun: true })
  expect(read).toMatchObject({ plan: 'pro', cost: '$6.00 a month' })
  expect(await platform.runtime.read((store) => store.billing.subscriptions(id))).toEqual([])
})
