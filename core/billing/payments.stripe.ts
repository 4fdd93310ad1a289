import type { Stripe } from 'stripe'
import { OperationError } from '../operation/errors.ts'
import { modeOf, stripePlace } from './belonging.ts'
import { assertAtMost, changedMeanwhile, sameItems } from './bought.ts'
import type { Change, CustomerState, Payments, Preview } from './payments.port.ts'
import { asked, type StripeOptions, stripeClient } from './stripe/client.ts'
import { invoiceOf, keyOf, previewOf, priceOfRemote, quantityOf, subscriptionOf } from './stripe/read.ts'
import { customerOf, verifyWebhook } from './webhook-signature.ts'

/** Where a subscription has the key of its last change. */
const changeKey = 'irc_now_change'

/** Payments by Stripe. Its answers are read once, in stripe/read.ts; nothing of its own types gets any further. */
export async function createStripePayments(options: StripeOptions): Promise<Payments> {
  const stripe = await stripeClient(options)

  /** The prices that are sold by these keys. */
  const pricesOf = async (keys: readonly string[]): Promise<Stripe.Price[]> =>
    keys.length === 0 ? [] : all(stripe.prices.list({ lookup_keys: [...keys], active: true, limit: 100 }))

  async function newItems(items: Change['items']) {
    const sold = await pricesOf(items.map(({ lookupKey }) => lookupKey))
    return items.map(({ lookupKey, quantity }) => ({ price: known(sold, lookupKey).id, quantity }))
  }

  /** Items as they are to be: what stays keeps its id, and with it the price that is paid for it; what goes is said to. */
  async function plannedItems({ subscriptionId, items }: Change) {
    const subscription = subscriptionId === null ? null : await stripe.subscriptions.retrieve(subscriptionId)
    const there = subscription?.items.data ?? []
    const itemOf = (lookupKey: string) => there.find(({ price }) => keyOf(price) === lookupKey)
    const sold = await pricesOf(items.map(({ lookupKey }) => lookupKey).filter((key) => !itemOf(key)))
    const wanted = items.map(({ lookupKey, quantity }) => {
      const item = itemOf(lookupKey)
      return { item, price: item?.price ?? known(sold, lookupKey), quantity }
    })
    const gone = there.filter((item) => !wanted.some((one) => one.item === item))
    return {
      from: there.map((item) => ({ lookupKey: keyOf(item.price), quantity: quantityOf(item) })),
      /** The key by which we have changed it last. */
      changedBy: subscription?.metadata[changeKey],
      /** In seconds; before it nothing can be reckoned. */
      began: Math.max(0, ...there.map((item) => item.current_period_start)),
      /** In seconds; when the period ends that is paid for, 0 where there is none. */
      ends: Math.max(0, ...there.map((item) => item.current_period_end ?? 0)),
      /** What a whole period of them costs, in cents. */
      cents: wanted.reduce((sum, { price, quantity }) => sum + (price.unit_amount ?? 0) * quantity, 0),
      items: [
        ...gone.map(({ id }) => ({ id, deleted: true })),
        ...wanted.map(({ item, price, quantity }) => ({ ...(item ? { id: item.id } : { price: price.id }), quantity })),
      ],
    }
  }

  const checkoutState = (id: string) =>
    stripe.checkout.sessions.retrieve(id).then(stateOf, (error: { code?: string }) => {
      if (error.code === 'resource_missing') return 'expired' as const
      throw error
    })

  const once = (key: string): Stripe.RequestOptions => ({ idempotencyKey: key })

  return {
    place: () =>
      asked(async () => stripePlace(modeOf(options.secretKey), (await stripe.accounts.retrieveCurrent()).id)),
    createCustomer: ({ accountId, name, email }, key) =>
      asked(async () => {
        const metadata = { account: accountId }
        return (await stripe.customers.create({ name, metadata, ...(email ? { email } : {}) }, once(key))).id
      }),
    customer: (customerId) =>
      asked(async () => {
        const [subscriptions, open, charges] = await Promise.all([
          all(stripe.subscriptions.list({ customer: customerId, status: 'all', limit: 100 })),
          all(stripe.invoices.list({ customer: customerId, status: 'open', limit: 100 })),
          all(stripe.charges.list({ customer: customerId, limit: 100 })),
        ])
        return {
          subscriptions: subscriptions.map((one) => subscriptionOf(one, open)),
          disputed: await anyOpen(charges.filter(({ disputed }) => disputed)),
        }
      }).catch(nothingOfMissing),
    checkout: (change, returnUrl, key) =>
      asked(async () => {
        const session = await stripe.checkout.sessions.create(
          {
            mode: 'subscription',
            customer: change.customerId,
            line_items: await newItems(change.items),
            success_url: returnUrl,
            cancel_url: returnUrl.split('?')[0]!,
          },
          once(key),
        )
        return { id: session.id, url: session.url ?? returnUrl }
      }),
    checkoutState: (id) => asked(() => checkoutState(id)),
    endCheckout: (id) =>
      asked(async () => {
        const state = await checkoutState(id)
        if (state !== 'open') return state
        return await stripe.checkout.sessions.expire(id).then(
          () => 'expired' as const,
          async (error) => {
            // Paid or over between the two questions, it can't be ended any more. One that is open still can be paid.
            const after = await checkoutState(id)
            if (after === 'open') throw error
            return after
          },
        )
      }),
    preview: (change) => asked(async () => previewed(change, await plannedItems(change))),
    change: (change, key) =>
      asked(async () => {
        const plan = await plannedItems(change)
        const { from, changedBy, items } = plan
        if (changedBy === key) return
        // Stripe has no way to say “unless it has changed”: that nobody is between this and the write is the caller's.
        if (!sameItems(from, change.from)) throw changedMeanwhile()
        // Reckoned to the same second it comes to the same, unless a credit was used up or a new period has begun.
        if (change.most !== undefined) assertAtMost((await previewed(change, plan)).dueNow, change.most)
        // Where the card does not pay, the subscription stays what it was.
        const how = {
          proration_behavior: 'always_invoice',
          payment_behavior: 'error_if_incomplete',
          ...prorated(change, plan),
        } as const
        const metadata = { [changeKey]: key }
        await stripe.subscriptions.update(change.subscriptionId, { items, metadata, ...how }, once(key))
      }),
    setEnd: (_customerId, id, end, key) =>
      asked(async () => {
        if (end === 'now') await stripe.subscriptions.cancel(id, {}, once(key))
        else await stripe.subscriptions.update(id, { cancel_at_period_end: end === 'period_end' }, once(key))
      }),
    portal: (customerId, returnUrl) =>
      asked(
        async () => (await stripe.billingPortal.sessions.create({ customer: customerId, return_url: returnUrl })).url,
      ),
    invoices: (customerId) =>
      asked(async () => (await stripe.invoices.list({ customer: customerId, limit: 100 })).data.map(invoiceOf)),
    prices: () =>
      asked(async () => {
        const found = await all(
          stripe.prices.list({ active: true, type: 'recurring', limit: 100, expand: ['data.product'] }),
        )
        return found.flatMap((price) => priceOfRemote(price) ?? [])
      }),
    putPrice: (price, key) =>
      asked(async () => {
        const { lookupKey, cents, currency, interval, product, title } = price
        const exists = await stripe.products.retrieve(product).catch((error: { statusCode?: number }) => {
          if (error.statusCode === 404) return null
          throw error
        })
        if (!exists) await stripe.products.create({ id: product, name: title }, once(`product ${product}`))
        else if (exists.name !== title) await nameProduct(product, title, `${key} name`)
        await stripe.prices.create(
          {
            product,
            currency,
            unit_amount: cents,
            recurring: { interval },
            lookup_key: lookupKey,
            transfer_lookup_key: true,
            metadata: { lookup_key: lookupKey },
          },
          once(key),
        )
      }),
    nameProduct: (product, title, key) => asked(() => nameProduct(product, title, key)),
    async event(body, signature) {
      const raw = await verifyWebhook(body, signature, options.webhookSecrets)
      return { id: raw.id, type: raw.type, customerId: customerOf(raw) }
    },
  }

  async function nameProduct(product: string, name: string, key: string): Promise<void> {
    await stripe.products.update(product, { name }, once(key))
  }

  async function previewed(
    { customerId, subscriptionId, at }: Parameters<Payments['preview']>[0],
    plan: Awaited<ReturnType<typeof plannedItems>>,
  ): Promise<Preview> {
    const { items, cents, ends } = plan
    const change = { proration_behavior: 'always_invoice', ...prorated({ at }, plan) } as const
    const invoice = await stripe.invoices.createPreview({
      customer: customerId,
      ...(subscriptionId === null ? {} : { subscription: subscriptionId }),
      subscription_details: { items, ...(subscriptionId === null ? {} : change) },
    })
    return previewOf(invoice, { cents, ends })
  }

  async function anyOpen(charges: readonly Stripe.Charge[]): Promise<boolean> {
    for (const { id } of charges) {
      const disputes = await all(stripe.disputes.list({ charge: id, limit: 100 }))
      if (disputes.some(({ status }) => !['won', 'lost', 'warning_closed', 'prevented'].includes(status))) return true
    }
    return false
  }
}

/** Up to which second what was used is counted, so that what is charged is what was previewed. */
const prorated = ({ at }: { readonly at?: Date | undefined }, { began }: { readonly began: number }) =>
  at === undefined ? {} : { proration_date: Math.max(began, Math.floor(at.getTime() / 1000)) }

/** What is read of a customer whom Stripe does not know. */
function nothingOfMissing(error: unknown): CustomerState {
  const { cause } = error as { cause?: { code?: string; param?: string } }
  if (cause?.code === 'resource_missing' && cause.param === 'customer') return { subscriptions: [], disputed: false }
  throw error
}

/** All pages of a list; nobody has more than that. */
const all = <T>(list: { autoPagingToArray(how: { limit: number }): Promise<T[]> }): Promise<T[]> =>
  list.autoPagingToArray({ limit: 10_000 })

/** What is neither open nor complete can't be paid any more. */
function stateOf({ status }: Stripe.Checkout.Session): 'open' | 'complete' | 'expired' {
  if (status === 'open') return 'open'
  return status === 'complete' ? 'complete' : 'expired'
}

function known(sold: readonly Stripe.Price[], lookupKey: string): Stripe.Price {
  const price = sold.find(({ lookup_key }) => lookup_key === lookupKey)
  if (price) return price
  throw new OperationError('conflict', `The price ${lookupKey} is not sold yet; operators run “ops plans sync”.`)
}
