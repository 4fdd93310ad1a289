import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import type { Database } from '../store/database.ts'
import { paymentsContract } from './payments.contract.ts'
import { createSandbox, type Sandbox } from './payments.sandbox.ts'

const day = 86_400_000
let database: Database
let now = new Date('2027-01-31T10:00:00Z')

let opened: Promise<Sandbox> | undefined

function open(): Promise<Sandbox> {
  opened ??= (async () => {
    database = await openTestPglite()
    const { runtime } = await createTestPlatform(database)
    return createSandbox({
      runtime: { ...runtime, now: () => now },
      httpUrl: () => 'http://127.0.0.1:1',
      secret: 'whsec_test',
    })
  })()
  return opened
}
afterAll(() => database?.close())

paymentsContract('the sandbox', async () => {
  const { payments, secret } = await open()
  return { payments, secrets: [secret], remembers: true, now: () => now }
})

describe('the sandbox', () => {
  let sandbox: Sandbox
  beforeAll(async () => {
    sandbox = await open()
  })
  const pro = [{ lookupKey: 'pro_month_v1', quantity: 1 }]
  const paid = '4242 4242 4242 4242'

  async function customer(): Promise<string> {
    return sandbox.payments.createCustomer({ accountId: 'a', name: 'a', email: null }, randomBytes(8).toString('hex'))
  }
  async function subscribe(card = paid, items = pro, authenticated = false) {
    const customerId = await customer()
    const { id } = await sandbox.payments.checkout({ customerId, subscriptionId: null, items }, 'http://x/', id0())
    return { customerId, id, page: await sandbox.pay(id, card, authenticated) }
  }
  const id0 = () => randomBytes(8).toString('hex')
  const stateOf = async (customerId: string) => (await sandbox.payments.customer(customerId)).subscriptions[0]!
  const pass = async (days: number) => {
    now = new Date(now.getTime() + days * day)
    await sandbox.catchUp()
  }

  test('a checkout is paid once, whatever the tab; the subscription is renewed at month ends', async () => {
    const { customerId, id, page } = await subscribe()
    expect(page).toBe('http://x/')
    expect(await sandbox.pay(id, paid, false)).toBe('http://x/')
    expect((await sandbox.payments.customer(customerId)).subscriptions).toHaveLength(1)
    expect(await sandbox.payments.endCheckout(id)).toBe('complete')
    const began = now
    expect((await stateOf(customerId)).periodEnd).toEqual(new Date('2027-02-28T10:00:00Z'))
    await pass(60)
    expect(await stateOf(customerId)).toMatchObject({ status: 'active', unpaidSince: null })
    expect((await stateOf(customerId)).periodEnd).toEqual(new Date('2027-04-30T10:00:00Z'))
    const bills = await sandbox.payments.invoices(customerId)
    expect(bills.map(({ cents, status }) => [cents, status])).toEqual([
      [600, 'paid'],
      [600, 'paid'],
      [600, 'paid'],
    ])
    expect(bills.at(-1)!.createdAt).toEqual(began)
  })

  test('a declined card buys nothing; one that wants authentication asks first', async () => {
    const customerId = await customer()
    const wanted = { customerId, subscriptionId: null, items: pro }
    const { id } = await sandbox.payments.checkout(wanted, 'http://x/', id0())
    await expect(sandbox.pay(id, '4000000000000002', false)).rejects.toMatchObject({ code: 'payment_failed' })
    await expect(sandbox.pay(id, '1234', false)).rejects.toMatchObject({ code: 'payment_failed' })
    expect(await sandbox.pay(id, '4000002500003155', false)).toBe('authenticate')
    expect((await sandbox.payments.customer(customerId)).subscriptions).toEqual([])
    expect(await sandbox.pay(id, '4000002500003155', true)).toBe('http://x/')
    expect(await stateOf(customerId)).toMatchObject({ status: 'active' })
  })

  test('a card that fails at renewal: past due from the bill’s date, tried again, then ended; a new card pays what is open', async () => {
    const { customerId } = await subscribe('4000000000000341')
    const other = await subscribe('4000000000000341')
    const { periodEnd } = await stateOf(customerId)
    now = periodEnd
    expect(await stateOf(customerId)).toMatchObject({ status: 'past_due', unpaidSince: periodEnd })
    await pass(20)
    expect(await stateOf(customerId)).toMatchObject({ status: 'past_due', unpaidSince: periodEnd })
    const portal = (await sandbox.payments.portal(other.customerId, 'http://x/')).split('/').at(-1)!
    await sandbox.putCard(portal, paid)
    expect(await stateOf(other.customerId)).toMatchObject({ status: 'active', unpaidSince: null })
    await pass(5)
    expect(await stateOf(customerId)).toMatchObject({ status: 'canceled', unpaidSince: null })
    await pass(40)
    expect((await sandbox.payments.invoices(customerId)).map(({ status }) => status)).toEqual(['void', 'paid'])
  })

  test('changes are prorated to the cent, charged at once, and refused as a whole where the card does not pay', async () => {
    const items = [{ lookupKey: 'network_starter_month_v1', quantity: 1 }]
    const { customerId } = await subscribe(paid, items)
    const { id: subscriptionId, periodEnd } = await stateOf(customerId)
    now = new Date((now.getTime() + periodEnd.getTime()) / 2)
    const growth = {
      customerId,
      subscriptionId,
      from: items,
      items: [{ lookupKey: 'network_growth_month_v1', quantity: 1 }],
    }
    const shown = await sandbox.payments.preview(growth)
    expect([shown.dueNow, shown.next, shown.nextAt]).toEqual([600, 2400, periodEnd])
    expect(shown.lines.map(({ cents }) => cents)).toEqual([-600, 1200])
    const once = id0()
    await expect(sandbox.payments.change({ ...growth, most: 599 }, id0())).rejects.toMatchObject({ code: 'conflict' })
    expect((await stateOf(customerId)).items).toMatchObject(items)
    await sandbox.payments.change({ ...growth, most: 600 }, once)
    await sandbox.payments.change(growth, once)
    expect((await sandbox.payments.invoices(customerId)).map(({ cents }) => cents)).toEqual([600, 1200])
    // Back at the same moment: a credit, which the next bill uses up.
    const back = { ...growth, from: growth.items, items }
    expect((await sandbox.payments.preview(back)).lines).toEqual([
      { text: 'unused 1 × Network Growth', cents: -1200 },
      { text: 'rest of the period: 1 × Network Starter', cents: 600 },
      { text: 'kept as a credit for later bills', cents: 600 },
    ])
    await sandbox.payments.change(back, id0())
    const again = await sandbox.payments.preview(growth)
    expect([again.dueNow, again.lines.at(-1)]).toEqual([0, { text: 'your credit', cents: -600 }])
    await pass(31)
    expect((await sandbox.payments.invoices(customerId))[0]).toMatchObject({ cents: 600, status: 'paid' })
    const broke = await subscribe('4000000000000341', items)
    const { id } = await stateOf(broke.customerId)
    const wanted = { ...growth, customerId: broke.customerId, subscriptionId: id }
    await expect(sandbox.payments.change(wanted, id0())).rejects.toMatchObject({ code: 'payment_failed' })
    expect((await stateOf(broke.customerId)).items).toMatchObject(items)
    const mixed = { ...wanted, items: [...items, { lookupKey: 'pro_year_v1', quantity: 1 }] }
    await expect(sandbox.payments.change(mixed, id0())).rejects.toMatchObject({ code: 'conflict' })
  })

  test('from the month to the year and back: a new period begins, what is unused is credited in whole cents', async () => {
    const { customerId } = await subscribe()
    const { id: subscriptionId, periodEnd } = await stateOf(customerId)
    now = new Date((2 * now.getTime() + periodEnd.getTime()) / 3)
    const yearly = { customerId, subscriptionId, from: pro, items: [{ lookupKey: 'pro_year_v1', quantity: 1 }] }
    const inAYear = new Date(now)
    inAYear.setUTCFullYear(now.getUTCFullYear() + 1)
    const days = (inAYear.getTime() - now.getTime()) / day
    const shown = await sandbox.payments.preview(yearly)
    expect(shown).toMatchObject({ dueNow: 5600, next: 6000, nextAt: inAYear })
    expect(shown.lines.map(({ cents }) => cents)).toEqual([-400, 6000])
    expect(await stateOf(customerId)).toMatchObject({ interval: 'month', periodEnd })
    await sandbox.payments.change(yearly, id0())
    expect(await stateOf(customerId)).toMatchObject({ interval: 'year', periodEnd: inAYear, items: yearly.items })
    await pass(40)
    expect((await sandbox.payments.invoices(customerId)).map(({ cents }) => cents)).toEqual([5600, 600])
    const back = { ...yearly, from: yearly.items, items: pro }
    const { lines, dueNow, next } = await sandbox.payments.preview(back)
    const credit = -lines[0]!.cents
    expect([credit, lines[1]!.cents, dueNow, next]).toEqual([Math.round(6000 - (6000 * 40) / days), 600, 0, 0])
    await sandbox.payments.change(back, id0())
    expect(await stateOf(customerId)).toMatchObject({ interval: 'month', items: pro })
    // The credit pays for months, to its last cent.
    await pass(300)
    const bills = (await sandbox.payments.invoices(customerId))
      .map(({ cents }) => cents)
      .toReversed()
      .slice(2)
    const months = bills.length
    expect(bills.reduce((sum, cents) => sum + cents, 0)).toBe(Math.max(0, 600 * months - credit))
    await pass(31)
    const broke = await subscribe('4000000000000341')
    const { id } = await stateOf(broke.customerId)
    const refused = { ...yearly, customerId: broke.customerId, subscriptionId: id }
    await expect(sandbox.payments.change(refused, id0())).rejects.toMatchObject({ code: 'payment_failed' })
    expect(await stateOf(broke.customerId)).toMatchObject({ interval: 'month', items: pro })
  })

  test('who pays a price goes on paying it, whatever is sold by its key by now, and whatever else is bought', async () => {
    const [prices, bots] = [await sandbox.payments.prices(), { lookupKey: 'bots_month_v1', quantity: 1 }]
    const former = prices.find(({ lookupKey }) => lookupKey === 'pro_month_v1')!
    const { customerId } = await subscribe()
    const { id: subscriptionId, items } = await stateOf(customerId)
    await sandbox.payments.putPrice({ ...former, cents: 900 }, id0())
    const more = { customerId, subscriptionId, from: pro, items: [...pro, bots] }
    expect(await sandbox.payments.preview(more)).toMatchObject({ dueNow: 200, next: 800 })
    await sandbox.payments.change(more, id0())
    expect((await stateOf(customerId)).items[0]).toEqual(items[0])
    await pass(31)
    expect((await sandbox.payments.invoices(customerId))[0]).toMatchObject({ cents: 800 })
    const other = await subscribe()
    expect((await sandbox.payments.invoices(other.customerId))[0]).toMatchObject({ cents: 900 })
    await sandbox.payments.putPrice(former, id0())
  })

  test('it ends at once, or with what is paid for, unless it is taken back', async () => {
    const { customerId } = await subscribe()
    const { id, periodEnd } = await stateOf(customerId)
    await sandbox.payments.setEnd(customerId, id, 'period_end', id0())
    expect(await stateOf(customerId)).toMatchObject({ status: 'active', endsAt: periodEnd })
    await sandbox.payments.setEnd(customerId, id, 'never', id0())
    expect(await stateOf(customerId)).toMatchObject({ endsAt: null })
    await sandbox.payments.setEnd(customerId, id, 'period_end', id0())
    await pass(32)
    expect(await stateOf(customerId)).toMatchObject({ status: 'canceled', endsAt: periodEnd })
    await expect(sandbox.payments.setEnd(customerId, id, 'never', id0())).rejects.toMatchObject({ code: 'conflict' })
    const second = await subscribe()
    const { id: another } = await stateOf(second.customerId)
    await sandbox.payments.setEnd(second.customerId, another, 'now', id0())
    expect(await stateOf(second.customerId)).toMatchObject({ status: 'canceled', endsAt: now })
  })

  test('its clock is moved on, and everybody with it', async () => {
    const { customerId } = await subscribe()
    const before = now
    const after = new Date(before.getTime() + 40 * day)
    expect(await sandbox.advanceTo(after)).toEqual(after)
    expect(await sandbox.advanceTo(before)).toEqual(after)
    expect((await sandbox.payments.invoices(customerId)).map(({ status }) => status)).toEqual(['paid', 'paid'])
  })
})
