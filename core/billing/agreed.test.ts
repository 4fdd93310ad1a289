import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { catalogue } from '../catalogue.ts'
import { run } from '../operation/run.ts'
import type { Database } from '../store/database.ts'
import type { Payments } from './payments.port.ts'

let database: Database
let platform: Awaited<ReturnType<typeof createTestPlatform>>
beforeAll(async () => {
  database = await openTestPglite()
  platform = await createTestPlatform(database)
})
afterAll(() => database?.close())

const call = (...words: Parameters<typeof platform.call>) => platform.call(...words)
const sync = (id: string) => platform.sync(id)
const subscriber = (...words: Parameters<typeof platform.subscriber>) => platform.subscriber(...words)

test('where a new period has begun since the amount was confirmed, no more than that is charged', async () => {
  const id = await subscriber('renewed')
  // An hour before it is renewed, the rest of the period costs next to nothing.
  const { renewsAt } = await call('renewed', 'billing.show')
  const hours = Math.floor((Date.parse(renewsAt) - Date.now()) / 3_600_000)
  await call('ops', 'ops.sandbox.advance', { by: `${hours}h` })
  const { payments } = platform.runtime.billing
  const late: Payments = {
    ...payments,
    async change(...words) {
      await call('ops', 'ops.sandbox.advance', { by: '2h' })
      return payments.change(...words)
    },
  }
  const add = catalogue.find(({ name }) => name === 'billing.addon.add')!
  const runtime = { ...platform.runtime, billing: { ...platform.runtime.billing, payments: late } }
  const caller = { accountId: id, via: 'http', scopes: ['*'] } as const
  const bought = run(runtime, add, { name: 'bots' }, caller, { confirm: '0.10' })
  await expect(bought).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('more than the $0.10 that were confirmed'),
  })
  const { items } = await call('renewed', 'billing.invoices')
  expect(items.map(({ cents }: { cents: number }) => cents)).toEqual([600, 600])
})

test('the amount that is asked for is said to be the most', async () => {
  await subscriber('most')
  await expect(call('most', 'billing.addon.add', { name: 'bots', quantity: 2 })).rejects.toMatchObject({
    code: 'confirmation_required',
    message: expect.stringContaining('What you repeat is the most that is charged now; repeat “4.00” to confirm.'),
  })
})

test('what is bought beside what is to end is not said to be charged again', async () => {
  await subscriber('ending')
  const { endsAt } = await call('ending', 'billing.cancel')
  expect(await call('ending', 'billing.preview', { name: 'bots' })).toMatchObject({ dueNow: '$2.00', next: '$0.00' })
  await expect(call('ending', 'billing.addon.add', { name: 'bots' })).rejects.toMatchObject({
    message: expect.stringContaining(`charges $2.00 now, and no more after that: it ends on ${endsAt.slice(0, 10)}, `),
  })
  await call('ending', 'billing.resume')
  expect(await call('ending', 'billing.preview', { name: 'bots' })).toMatchObject({ next: '$8.00' })
})

test('operators, who pay for nothing, are told no price', async () => {
  await expect(call('ops', 'billing.preview', { name: 'pro' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('Operators have all of it'),
  })
})

test('what is had already is not bought again; a try of the same request is answered as the first was', async () => {
  await platform.member('twice')
  const idempotencyKey = 'twice-1'
  const first = await call('twice', 'billing.upgrade', { plan: 'pro' }, { idempotencyKey })
  await platform.runtime.billing.sandbox!.pay(first.url.split('/').at(-1), '4242424242424242', false)
  expect(await call('twice', 'billing.upgrade', { plan: 'pro' }, { idempotencyKey })).toEqual(first)
  const again = () => call('twice', 'billing.upgrade', { plan: 'pro' })
  const message = 'You have Pro already, by the month; nothing was changed.'
  expect(await again()).toMatchObject({ plan: 'pro', status: { phase: 'active', message }, url: null })
  expect(await call('twice', 'billing.upgrade', { plan: 'pro' }, { dryRun: true })).toMatchObject({
    status: { message },
  })
  expect((await call('twice', 'billing.show')).status.message).toBeNull()
  await call('twice', 'billing.cancel')
  expect((await again()).status.message).toMatch(/^It ends on \d{4}-\d\d-\d\d; “billing resume” lets it go on/)
})

test('more than there is can’t be given up', async () => {
  await subscriber('gives')
  await call('gives', 'billing.addon.add', { name: 'bots' }, { confirm: '2' })
  await expect(call('gives', 'billing.addon.remove', { name: 'bots', quantity: 5 })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('You have 1 × bots'),
  })
  expect((await call('gives', 'billing.show')).cost).toBe('$8.00 a month')
})

test('who ends what is overdue is told when it ends', async () => {
  const id = await subscriber('owes', '4000000000000341')
  await call('ops', 'ops.sandbox.advance', { by: '31d' })
  await sync(id)
  const { status, endsAt } = await call('owes', 'billing.cancel')
  expect(status).toMatchObject({ phase: 'overdue' })
  expect(status.message).toMatch(/pay by \d{4}-\d\d-\d\d with “billing portal”\. It ends on /)
  expect(status.message).toContain(`It ends on ${endsAt.slice(0, 10)}; “billing resume” lets it go on.`)
})
