import { beforeAll, describe, expect, test } from 'vitest'
import type { Payments } from './payments.port.ts'
import { allPrices } from './plans.ts'
import { signWebhook } from './webhook-signature.ts'

export interface Subject {
  readonly payments: Payments
  /** All secrets with which it takes webhooks. */
  readonly secrets: readonly string[]
  /** Whether it remembers what was written; a mock answers every question from its examples. */
  readonly remembers: boolean
  readonly now: () => Date
}

/** What every payment provider promises, whoever it is. */
export function paymentsContract(name: string, open: () => Promise<Subject>): void {
  describe(`payments: ${name}`, () => {
    let subject: Subject
    let customerId: string
    const key = (what: string) => `${what} ${Math.random()}`
    const monthly = [{ lookupKey: 'bots_month_v1', quantity: 2 }]
    const account = { accountId: 'a1', name: 'alice', email: 'alice@example.org' }
    beforeAll(async () => {
      subject = await open()
      for (const { offer, price } of allPrices()) {
        await subject.payments.putPrice({ ...price, product: offer.name, title: offer.title }, key('price'))
      }
      customerId = await subject.payments.createCustomer(account, key('customer'))
    })

    test('a customer is opened once for each key, and has nothing yet', async () => {
      const { payments, remembers } = subject
      const once = key('customer')
      const [first, second] = [
        await payments.createCustomer(account, once),
        await payments.createCustomer(account, once),
      ]
      expect(first).toMatch(/^cus_/)
      if (!remembers) return
      expect(second).toBe(first)
      expect(await payments.createCustomer(account, key('customer'))).not.toBe(first)
      expect(await payments.customer(first)).toEqual({ subscriptions: [], disputed: false })
      expect(await payments.invoices(first)).toEqual([])
    })

    test('whose payments these are is told, the same each time', async () => {
      const place = await subject.payments.place()
      expect(place).toMatch(/^(sandbox|stripe (live|test) acct_\w+)$/)
      if (subject.remembers) expect(await subject.payments.place()).toBe(place)
    })

    test('what a customer has is told in our words', async () => {
      const { subscriptions, disputed } = await subject.payments.customer(customerId)
      expect(typeof disputed).toBe('boolean')
      for (const one of subscriptions) {
        expect(['month', 'year']).toContain(one.interval)
        expect(one.periodEnd.getTime()).toBeGreaterThan(0)
        expect(one.createdAt).toBeInstanceOf(Date)
        for (const { quantity } of one.items) expect(Number.isSafeInteger(quantity)).toBe(true)
      }
      for (const invoice of await subject.payments.invoices(customerId)) {
        expect(Number.isSafeInteger(invoice.cents)).toBe(true)
        expect(['draft', 'open', 'paid', 'uncollectible', 'void']).toContain(invoice.status)
      }
    })

    test('a checkout has a page, is the same for the same key, and can be ended', async () => {
      const { payments, remembers } = subject
      const wanted = { customerId, subscriptionId: null, items: monthly }
      const once = key('checkout')
      const made = await payments.checkout(wanted, 'http://127.0.0.1/back', once)
      expect(new URL(made.url).protocol).toMatch(/^https?:$/)
      if (!remembers) return
      expect(await payments.checkout(wanted, 'http://127.0.0.1/back', once)).toEqual(made)
      expect(await payments.endCheckout(made.id)).toBe('expired')
      expect(await payments.endCheckout(made.id)).toBe('expired')
      for (const unknown of ['cs_unknown', `${made.id}x`]) {
        expect(await payments.checkoutState(unknown)).toBe('expired')
        expect(await payments.endCheckout(unknown)).toBe('expired')
      }
      expect((await payments.customer(customerId)).subscriptions).toEqual([])
    })

    test('a preview is in whole cents, its lines add up, and it changes nothing', async () => {
      const { payments, remembers } = subject
      const shown = await payments.preview({ customerId, subscriptionId: null, items: monthly })
      for (const { cents } of shown.lines) expect(Number.isSafeInteger(cents)).toBe(true)
      expect(Number.isSafeInteger(shown.dueNow) && Number.isSafeInteger(shown.next)).toBe(true)
      expect(shown.lines.reduce((sum, { cents }) => sum + cents, 0)).toBe(shown.dueNow)
      if (!remembers) return
      expect(shown).toMatchObject({ dueNow: 400, next: 400, currency: 'usd' })
      expect(shown.lines.map(({ cents }) => cents)).toEqual([400])
      expect(shown.nextAt.getTime()).toBeGreaterThan(subject.now().getTime())
      expect((await payments.customer(customerId)).subscriptions).toEqual([])
    })

    test('a portal has a page', async () => {
      const url = await subject.payments.portal(customerId, 'http://127.0.0.1/back')
      expect(new URL(url).protocol).toMatch(/^https?:$/)
    })

    test('prices are found by their lookup keys, and put in the place of former ones', async () => {
      const { payments, remembers } = subject
      const shown = await payments.prices()
      for (const { cents } of shown) expect(Number.isSafeInteger(cents)).toBe(true)
      if (!remembers) return
      for (const { offer, price } of allPrices()) {
        expect(shown).toContainEqual({
          lookupKey: price.lookupKey,
          cents: price.cents,
          currency: 'usd',
          interval: price.interval,
          product: offer.name,
          title: offer.title,
        })
      }
    })

    test('a product gets another name, whatever it costs', async () => {
      const { payments, remembers } = subject
      const named = async (title: string) => {
        await payments.nameProduct('pro', title, key('name'))
        return (await payments.prices()).filter(({ product }) => product === 'pro').map((one) => one.title)
      }
      const titles = [await named('Professional'), await named('Pro')]
      if (remembers)
        expect(titles).toEqual([
          ['Professional', 'Professional'],
          ['Pro', 'Pro'],
        ])
    })

    test('a webhook is believed if one of our secrets signed this very text just now', async () => {
      const { payments, secrets } = subject
      const body = JSON.stringify({
        id: 'evt_1',
        object: 'event',
        type: 'invoice.paid',
        data: { object: { object: 'invoice', customer: 'cus_1' } },
      })
      const at = Math.floor(Date.now() / 1000)
      for (const secret of secrets) {
        expect(await payments.event(body, signWebhook(body, secret, at))).toEqual({
          id: 'evt_1',
          type: 'invoice.paid',
          customerId: 'cus_1',
        })
      }
      const good = signWebhook(body, secrets[0]!, at)
      const forged: [string, string][] = [
        [body.replace('cus_1', 'cus_2'), good],
        [body.slice(0, -1), good],
        [JSON.stringify(JSON.parse(body), null, 1), good],
        [body, signWebhook(body, 'whsec_another', at)],
        [body, signWebhook(body, secrets[0]!, at - 301)],
        [body, ''],
        [body, 't=1,v1=00'],
        ['', signWebhook('', secrets[0]!, at - 1000)],
      ]
      for (const [text, signature] of forged)
        await expect(payments.event(text, signature)).rejects.toMatchObject({ code: 'not_allowed' })
    })
  })
}
