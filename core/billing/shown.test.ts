import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { catalogue } from '../catalogue.ts'
import { describeOperation } from '../operation/describe.ts'
import type { Database } from '../store/database.ts'
import { noticesOf } from './notices.ts'

// What people read of plans and bills.
let database: Database
let platform: Awaited<ReturnType<typeof createTestPlatform>>
beforeAll(async () => {
  database = await openTestPglite()
  platform = await createTestPlatform(database)
  await platform.member('alice')
})
afterAll(() => database?.close())

const described = (name: string) => describeOperation(catalogue.find((one) => one.name === name)!)

test('limits have people’s names, what is had or not is yes or no, and what may stay for ever is one of them', async () => {
  expect(described('plan.show').columns[0]).toBe('what')
  const line = async (who: string, limit: string) =>
    (await platform.call(who, 'plan.show')).items.find((one: { limit: string }) => one.limit === limit)
  expect(await line('alice', 'paste.lifeHours')).toMatchObject({ what: 'a paste stays', allowed: '24 hours' })
  expect(await line('alice', 'log.search')).toMatchObject({ what: 'log search', allowed: 'no', value: 0 })
  expect(await line('ops', 'log.search')).toMatchObject({ allowed: 'yes', value: 1 })
  expect(await line('alice', 'bouncers')).toMatchObject({ next: '1 left' })
  expect(await line('alice', 'forEver')).toMatchObject({
    what: 'may stay for ever',
    allowed: 'no',
    why: 'the Free plan',
    next: 'billing upgrade pro',
  })
  expect(await line('ops', 'forEver')).toMatchObject({
    allowed: 'yes',
    why: 'the Operators plan',
    next: 'say so: --expires never',
  })
})

test('what there is nothing to use for yet says so before it is bought, and may be bought', async () => {
  const { items } = await platform.call('alice', 'plan.list')
  const notes = items.map(({ name, note }: Record<string, string | null>) => [name, note !== null])
  expect(Object.fromEntries(notes)).toEqual({
    free: false,
    pro: false,
    'network-starter': true,
    'network-growth': true,
    bots: true,
    'log-search': true,
  })
  const gives = (name: string) => items.find((one: { name: string }) => one.name === name).gives
  expect(gives('bots')).toBe('still to come: 1 bot')
  expect(gives('pro')).toMatch(/pastes for 90 days, 1 GB of pictures; pastes and pictures may also stay for ever$/)
  const note = 'Nothing can be done with it yet: running bots is still to come.'
  expect(await platform.call('alice', 'billing.preview', { name: 'bots' })).toMatchObject({ note })
  expect(await platform.call('alice', 'billing.preview', { name: 'pro' })).not.toHaveProperty('note')
  const { url } = await platform.call('alice', 'billing.addon.add', { name: 'bots' })
  expect((await platform.call('alice', 'billing.show')).status.message).toBe(`Pay at ${url} (${note})`)
  await platform.runtime.billing.sandbox!.pay(url.split('/').at(-1), '4242424242424242', false)
  await expect(platform.call('alice', 'billing.addon.add', { name: 'bots' })).rejects.toMatchObject({
    code: 'confirmation_required',
    message: expect.stringMatching(/^Nothing can be done with it yet: .* This charges \$2\.00 now/),
  })
})

test('people see amounts once, and programs in cents besides', async () => {
  expect(described('billing.preview').forPrograms).toEqual(['dueNowCents', 'nextCents', 'currency', 'onPage'])
  expect(described('billing.show').forPrograms).toEqual(['bought'])
})

test('each reminder of a bill that is open says how long there is', () => {
  const [day, now] = [86_400_000, new Date('2027-01-31T00:00:00Z')]
  const said = (daysLeft: number, last: number | null) => {
    const unpaidSince = new Date(now.getTime() - (14 - daysLeft) * day)
    const subscriptions = [{ status: 'past_due' as const, unpaidSince, items: [] }]
    const told = { plan: 'pro', standing: 'grace' as const, daysLeft: last }
    return noticesOf({ subscriptions, disputed: false }, { plan: 'pro', standing: 'grace' }, told, now).notices
  }
  for (const [left, last, words] of [
    [7, null, 'in 7 days, on 2027-02-07,'],
    [3, 7, 'in 3 days, on 2027-02-03,'],
    [1, 3, 'in 1 day, on 2027-02-01,'],
  ] as const)
    expect(said(left, last)).toMatchObject([{ message: expect.stringContaining(words) }])
})

test('who is given up before the grace period is over is told so, once', () => {
  const subscriptions = [{ status: 'unpaid' as const, unpaidSince: new Date(0), items: [] }]
  const said = (standing: 'grace' | 'restricted' | 'none') =>
    noticesOf({ subscriptions, disputed: false }, { plan: 'free', standing: 'none' }, { standing }, new Date(0)).notices
  expect(said('grace')).toMatchObject([{ type: 'billing.restricted' }])
  for (const standing of ['restricted', 'none'] as const) expect(said(standing)).toEqual([])
})

test('what is not paid any more gives what Free gives, and doesn’t look as if it were paid', async () => {
  const id = await platform.member('bob')
  const at = new Date()
  const row = { id: 'sub_bob', account_id: id, status: 'unpaid', billing_interval: 'month', ends_at: null } as const
  const item = { id: 'item_bob', subscription_id: 'sub_bob', offer: 'pro', lookup_key: 'pro_month_v1', quantity: 1 }
  for (const status of ['unpaid', 'paused'] as const) {
    await platform.runtime.transaction((store) =>
      store.billing.replace(id, [{ ...row, status, unpaid_since: at, created_at: at, period_end: at }], [item]),
    )
    expect(await platform.call('bob', 'billing.show')).toMatchObject({
      plan: 'free',
      status: {
        phase: 'restricted',
        message: 'It is not paid, so you have what Free gives; pay with “billing portal”.',
      },
    })
  }
})
