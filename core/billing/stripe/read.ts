import type { Stripe } from 'stripe'
import { balanced } from '../bought.ts'
import { type SubscriptionStatus, subscriptionStatuses } from '../lifecycle.ts'
import type { Invoice, Preview, RemotePrice, SubscriptionState } from '../payments.port.ts'
import type { Interval } from '../plans.ts'

const date = (seconds: number) => new Date(seconds * 1000)
const idOf = (one: string | { id: string } | null | undefined): string | null =>
  typeof one === 'string' ? one : (one?.id ?? null)

/** A status that we don't know yet grants nothing. */
const statusOf = (status: string): SubscriptionStatus =>
  subscriptionStatuses.find((one) => one === status) ?? 'incomplete'

const intervalOf = (interval: string | undefined): Interval => (interval === 'year' ? 'year' : 'month')

/** A price that was replaced has lost its key, so what it was made with is kept beside it. */
export const keyOf = ({ id, lookup_key, metadata }: Stripe.Price): string => lookup_key ?? metadata.lookup_key ?? id

export const quantityOf = ({ quantity }: Stripe.SubscriptionItem): number => quantity ?? 1

/** `open` are all open invoices of its customer. */
export function subscriptionOf(one: Stripe.Subscription, open: readonly Stripe.Invoice[]): SubscriptionState {
  const items = one.items.data
  const periodEnd = date(Math.max(0, ...items.map((item) => item.current_period_end)))
  const unpaid = open
    .filter(({ parent }) => idOf(parent?.subscription_details?.subscription) === one.id)
    .map(({ created }) => created)
  const ended = one.ended_at ?? one.cancel_at
  return {
    id: one.id,
    status: statusOf(one.status),
    interval: intervalOf(items[0]?.price.recurring?.interval),
    createdAt: date(one.created),
    periodEnd,
    endsAt: ended ? date(ended) : one.cancel_at_period_end ? periodEnd : null,
    unpaidSince: unpaid.length === 0 ? null : date(Math.min(...unpaid)),
    items: items.map((item) => ({
      id: item.id,
      lookupKey: keyOf(item.price),
      quantity: quantityOf(item),
    })),
  }
}

/**
 * What an invoice says that is not made yet. `cents` is what a whole period costs from then on; `ends`, in seconds, when
 * the one that is paid for does: where nothing changes, no line tells it.
 */
export function previewOf(invoice: Stripe.Invoice, { cents, ends }: { cents: number; ends: number }): Preview {
  const lines = invoice.lines.data.map(({ description, amount }) => ({
    text: description ?? 'something',
    cents: amount,
  }))
  const others = invoice.total - lines.reduce((sum, { cents }) => sum + cents, 0)
  // A credit is below zero; what this invoice leaves of one is set against the next.
  const credit = Math.min(0, invoice.starting_balance + invoice.total)
  return {
    dueNow: invoice.amount_due,
    next: Math.max(0, cents + credit),
    nextAt: date(Math.max(0, ...invoice.lines.data.map(({ period }) => period.end)) || ends),
    currency: invoice.currency,
    lines: balanced(
      others === 0 ? lines : [...lines, { text: 'taxes and discounts', cents: others }],
      invoice.amount_due,
    ),
  }
}

const invoiceStatuses = ['draft', 'open', 'paid', 'uncollectible', 'void'] as const

export const invoiceOf = (one: Stripe.Invoice): Invoice => ({
  id: one.id,
  createdAt: date(one.created),
  cents: one.amount_due,
  currency: one.currency,
  status: invoiceStatuses.find((status) => status === one.status) ?? 'draft',
  url: one.hosted_invoice_url ?? null,
})

/** A price with its product; null for what is not sold by us. */
export function priceOfRemote(price: Stripe.Price): RemotePrice | null {
  if (price.lookup_key === null || price.unit_amount === null || !price.recurring) return null
  return {
    lookupKey: price.lookup_key,
    cents: price.unit_amount,
    currency: price.currency,
    interval: intervalOf(price.recurring.interval),
    product: idOf(price.product) ?? '',
    title: typeof price.product === 'object' && 'name' in price.product ? price.product.name : '',
  }
}
