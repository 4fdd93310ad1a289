import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Payments } from './payments.port.ts'
import { createStripePayments } from './payments.stripe.ts'

/** A Stripe that answers by `answers`, by method and path, and hears what it was asked. */
async function stripeThat<T>(
  answers: Readonly<Record<string, object>>,
  work: (payments: Payments, asked: readonly { readonly what: string; readonly form: URLSearchParams }[]) => Promise<T>,
): Promise<T> {
  const asked: { what: string; form: URLSearchParams }[] = []
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://stripe')
    const what = `${request.method} ${pathname}`
    asked.push({ what, form: request.method === 'GET' ? searchParams : new URLSearchParams(await text(request)) })
    const answer = answers[what] ?? { error: { type: 'invalid_request_error', message: what } }
    response
      .writeHead('error' in answer ? 400 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    return await work(await createStripePayments({ secretKey: 'sk_test_x', webhookSecrets: ['x'], apiUrl }), asked)
  } finally {
    server.close()
  }
}

const listOf = (...data: object[]) => ({ object: 'list', has_more: false, data })
// The key of Pro stands for another price by now; this one has it beside it.
const formerPro = { id: 'price_former', lookup_key: null, metadata: { lookup_key: 'pro_month_v1' }, unit_amount: 500 }
const botsPrice = { id: 'price_bots', lookup_key: 'bots_month_v1', metadata: {}, unit_amount: 200 }
const answers = {
  'GET /v1/subscriptions/sub_1': {
    id: 'sub_1',
    metadata: {},
    items: listOf({ id: 'si_1', quantity: 1, price: formerPro }),
  },
  'GET /v1/prices': listOf(botsPrice),
  'POST /v1/subscriptions/sub_1': { id: 'sub_1' },
  'POST /v1/invoices/create_preview': {
    amount_due: 200,
    starting_balance: 0,
    total: 200,
    currency: 'usd',
    lines: listOf(),
  },
}
const proItem = { lookupKey: 'pro_month_v1', quantity: 1 }
const withBots = [proItem, { lookupKey: 'bots_month_v1', quantity: 2 }]

test('who pays a price goes on paying it when something else is bought', () =>
  stripeThat(answers, async (payments, asked) => {
    const change = { customerId: 'cus_1', subscriptionId: 'sub_1', from: [proItem], items: withBots }
    expect(await payments.preview(change)).toMatchObject({ dueNow: 200, next: 900 })
    await payments.change(change, 'a')
    const sold = asked
      .filter(({ what }) => what === 'GET /v1/prices')
      .flatMap(({ form }) => form.getAll('lookup_keys[0]'))
    expect(sold).toEqual(['bots_month_v1', 'bots_month_v1'])
    const { form } = asked.find(({ what }) => what === 'POST /v1/subscriptions/sub_1')!
    expect(Object.fromEntries(form)).toMatchObject({
      'items[0][id]': 'si_1',
      'items[0][quantity]': '1',
      'items[1][price]': 'price_bots',
      'items[1][quantity]': '2',
    })
    expect(form.has('items[0][price]')).toBe(false)
    expect(form.has('items[0][deleted]')).toBe(false)
  }))

test('from the month to the year the one price takes the other’s place, charged and credited at once', () =>
  stripeThat(
    { ...answers, 'GET /v1/prices': listOf({ id: 'price_year', lookup_key: 'pro_year_v1', unit_amount: 6000 }) },
    async (payments, asked) => {
      const items = [{ lookupKey: 'pro_year_v1', quantity: 1 }]
      const change = { customerId: 'cus_1', subscriptionId: 'sub_1', from: [proItem], items }
      expect(await payments.preview(change)).toMatchObject({ next: 6000 })
      await payments.change(change, 'a')
      const { form } = asked.find(({ what }) => what === 'POST /v1/subscriptions/sub_1')!
      expect(Object.fromEntries(form)).toEqual({
        'items[0][id]': 'si_1',
        'items[0][deleted]': 'true',
        'items[1][price]': 'price_year',
        'items[1][quantity]': '1',
        proration_behavior: 'always_invoice',
        payment_behavior: 'error_if_incomplete',
        'metadata[irc_now_change]': 'a',
      })
    },
  ))

test('what is charged is reckoned to the second of its preview, and is never more than was agreed to', () => {
  const line = (description: string, amount: number) => ({ description, amount, period: { end: 1 } })
  const began = 1_800_000_000
  const there = { id: 'si_1', quantity: 1, price: formerPro, current_period_start: began }
  const all = {
    ...answers,
    'GET /v1/subscriptions/sub_1': { id: 'sub_1', metadata: {}, items: listOf(there) },
    'POST /v1/invoices/create_preview': {
      amount_due: 253,
      starting_balance: -207,
      total: 460,
      currency: 'usd',
      lines: listOf(line('2 × Bots', 421)),
    },
  }
  return stripeThat(all, async (payments, asked) => {
    const at = new Date((began + 86_400) * 1000 + 999)
    const change = { customerId: 'cus_1', subscriptionId: 'sub_1', from: [proItem], items: withBots, at }
    expect(await payments.preview(change)).toMatchObject({
      dueNow: 253,
      lines: [
        { text: '2 × Bots', cents: 421 },
        { text: 'taxes and discounts', cents: 39 },
        { text: 'your credit', cents: -207 },
      ],
    })
    await expect(payments.change({ ...change, most: 252 }, 'a')).rejects.toMatchObject({ code: 'conflict' })
    const changes = () => asked.filter(({ what }) => what === 'POST /v1/subscriptions/sub_1')
    expect(changes()).toEqual([])
    await payments.change({ ...change, most: 253 }, 'a')
    // A subscription that has only just begun by Stripe’s clock, which is a little ahead of ours.
    await payments.change({ ...change, at: new Date(began * 1000 - 2000), most: 253 }, 'b')
    expect(changes().map(({ form }) => form.get('proration_date'))).toEqual([String(began + 86_400), String(began)])
    const previews = asked.filter(({ what }) => what === 'POST /v1/invoices/create_preview')
    expect(previews.map(({ form }) => form.get('subscription_details[proration_date]'))).toEqual(
      [began + 86_400, began + 86_400, began + 86_400, began].map(String),
    )
  })
})

test('what a key has changed it does not change again, and what another has changed meanwhile it leaves', () => {
  const there = { ...answers['GET /v1/subscriptions/sub_1'], metadata: { irc_now_change: 'a' } }
  const [bots, before] = [
    { lookupKey: 'bots_month_v1', quantity: 1 },
    { customerId: 'cus_1', subscriptionId: 'sub_1' },
  ]
  return stripeThat({ ...answers, 'GET /v1/subscriptions/sub_1': there }, async (payments, asked) => {
    await payments.change({ ...before, from: [bots], items: [proItem] }, 'a')
    for (const items of [[proItem], withBots])
      await expect(payments.change({ ...before, from: [bots], items }, 'b')).rejects.toMatchObject({ code: 'conflict' })
    expect(asked.map(({ what }) => what)).not.toContain('POST /v1/subscriptions/sub_1')
  })
})

test('a checkout that Stripe does not know can’t be paid, and so has expired', () =>
  stripeThat({ 'GET /v1/checkout/sessions/cs_1': { error: { code: 'resource_missing' } } }, async (payments, asked) => {
    expect(await payments.checkoutState('cs_1')).toBe('expired')
    expect(await payments.endCheckout('cs_1')).toBe('expired')
    expect(asked.map(({ what }) => what)).not.toContain('POST /v1/checkout/sessions/cs_1/expire')
  }))

test('a checkout that Stripe does not end now, and which can still be paid, is not taken for ended', () => {
  const session = 'GET /v1/checkout/sessions/cs_1'
  return stripeThat({ [session]: { id: 'cs_1', status: 'open' } }, async (payments, asked) => {
    await expect(payments.endCheckout('cs_1')).rejects.toMatchObject({ code: 'conflict' })
    expect(asked.map(({ what }) => what)).toContain('POST /v1/checkout/sessions/cs_1/expire')
  })
})

test('what is kept as a credit is set against the next bill, and where nothing changes its day is told all the same', () => {
  const ends = 1_800_000_000
  const there = { id: 'si_1', quantity: 1, price: formerPro, current_period_end: ends }
  const preview = (total: number, ...lines: object[]) => ({
    ...answers,
    'GET /v1/subscriptions/sub_1': { id: 'sub_1', metadata: {}, items: listOf(there) },
    'POST /v1/invoices/create_preview': {
      ...{ amount_due: 0, starting_balance: -100, total, currency: 'usd' },
      lines: listOf(...lines),
    },
  })
  const change = { customerId: 'cus_1', subscriptionId: 'sub_1', items: [proItem] }
  const unused = { description: 'unused', amount: -150, period: { end: ends + 1 } }
  return Promise.all([
    stripeThat(preview(-150, unused), async (payments) =>
      expect(await payments.preview(change)).toMatchObject({
        dueNow: 0,
        next: 250,
        nextAt: new Date((ends + 1) * 1000),
        lines: [
          { text: 'unused', cents: -150 },
          { text: 'kept as a credit for later bills', cents: 150 },
        ],
      }),
    ),
    stripeThat(preview(0), async (payments) =>
      expect(await payments.preview(change)).toMatchObject({ dueNow: 0, next: 400, nextAt: new Date(ends * 1000) }),
    ),
  ])
})

test('of a customer whom Stripe does not know there is nothing', async () => {
  const error = {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param: 'customer',
    message: 'No such customer',
  }
  const server = createServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const payments = await createStripePayments({ secretKey: 'sk_test_x', webhookSecrets: ['x'], apiUrl })
    expect(await payments.customer('cus_gone')).toEqual({ subscriptions: [], disputed: false })
  } finally {
    server.close()
  }
})
