import { balanced } from '../bought.ts'
import type { Change, CustomerState, Invoice, Preview, SubscriptionState } from '../payments.port.ts'
import { periodEnd } from '../periods.ts'
import { endOf, fullLines, settled, total } from './invoicing.ts'
import type { Desk, SandboxSubscription } from './state.ts'
import { changeLines, endsAt, find, intervalOf, planned } from './subscriptions.ts'

function subscriptionState({ customer }: Desk, one: SandboxSubscription): SubscriptionState {
  const open = customer.invoices.find((invoice) => invoice.subscriptionId === one.id && invoice.status === 'open')
  return {
    id: one.id,
    status: one.status,
    interval: one.interval,
    createdAt: new Date(one.createdAt),
    periodEnd: endOf(one),
    endsAt: endsAt(one),
    unpaidSince: open ? new Date(open.createdAt) : null,
    items: one.items.map(({ id, lookupKey, quantity }) => ({ id, lookupKey, quantity })),
  }
}

export const customerState = (desk: Desk): CustomerState => ({
  subscriptions: desk.customer.subscriptions.map((one) => subscriptionState(desk, one)),
  disputed: desk.customer.disputed,
})

export function preview(desk: Desk, { subscriptionId, items: wanted }: Change): Preview {
  if (subscriptionId === null) {
    const items = planned(desk, wanted)
    const lines = fullLines(desk, items)
    const nextAt = periodEnd(desk.now, intervalOf(items), 1)
    const next = total(lines)
    const { due } = settled(desk.customer.balance, next)
    return { lines: balanced(lines, due), dueNow: due, next, nextAt, currency: 'usd' }
  }
  const subscription = find(desk, subscriptionId)
  const items = planned(desk, wanted, subscription.items)
  const next = total(fullLines(desk, items))
  const lines = changeLines(desk, subscription, items)
  const { due, balance } = settled(desk.customer.balance, total(lines))
  const interval = intervalOf(items)
  const nextAt = interval === subscription.interval ? endOf(subscription) : periodEnd(desk.now, interval, 1)
  return { lines: balanced(lines, due), dueNow: due, next: settled(balance, next).due, nextAt, currency: 'usd' }
}

export const invoices = ({ customer }: Desk): Invoice[] =>
  customer.invoices
    .map(({ id, createdAt, cents, status }) => ({
      id,
      createdAt: new Date(createdAt),
      cents,
      currency: 'usd',
      status,
      url: null,
    }))
    .toReversed()
    .slice(0, 100)
