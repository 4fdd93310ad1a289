import type { Wanted } from '../payments.port.ts'
import { periodEnd, share } from '../periods.ts'
import {
  type Desk,
  type SandboxInvoice,
  type SandboxItem,
  type SandboxLine,
  type SandboxSubscription,
  testCards,
} from './state.ts'

export const startOf = (one: SandboxSubscription) => periodEnd(new Date(one.anchor), one.interval, one.period)
export const endOf = (one: SandboxSubscription) => periodEnd(new Date(one.anchor), one.interval, one.period + 1)

/** What an item costs: what it was bought at, else what is asked for it now. */
export const priceOf = (desk: Desk, { lookupKey, price }: Priced) => price ?? desk.price(lookupKey)

type Priced = Wanted & Pick<SandboxItem, 'price'>

/** What a whole period of these items costs. */
export const fullLines = (desk: Desk, items: readonly Priced[]): SandboxLine[] =>
  items.map((item) => {
    const { cents, title } = priceOf(desk, item)
    return { text: `${item.quantity} × ${title}`, cents: cents * item.quantity }
  })

/** What changing the items now costs for the rest of the period: what is unused is given back, what is new is charged. */
export function prorationLines(desk: Desk, subscription: SandboxSubscription, items: readonly Priced[]): SandboxLine[] {
  const [start, end] = [startOf(subscription).getTime(), endOf(subscription).getTime()]
  const rest = Math.max(0, end - Math.max(start, desk.now.getTime()))
  const line = (what: string, sign: 1 | -1, item: Priced): SandboxLine => {
    const { cents, title } = priceOf(desk, item)
    const whole = cents * item.quantity
    return { text: `${what} ${item.quantity} × ${title}`, cents: share(sign * whole, rest, end - start) }
  }
  const same = (one: Wanted, others: readonly Wanted[]) =>
    others.some(({ lookupKey, quantity }) => lookupKey === one.lookupKey && quantity === one.quantity)
  return [
    ...subscription.items.filter((one) => !same(one, items)).map((one) => line('unused', -1, one)),
    ...items.filter((one) => !same(one, subscription.items)).map((one) => line('rest of the period:', 1, one)),
  ]
}

/** What another interval costs now: what is unused is given back, and a whole new period is charged. */
export const switchLines = (desk: Desk, subscription: SandboxSubscription, items: readonly Priced[]): SandboxLine[] => [
  ...prorationLines(desk, subscription, []),
  ...fullLines(desk, items),
]

export const total = (lines: readonly SandboxLine[]) => lines.reduce((sum, { cents }) => sum + cents, 0)

/** What is left to pay of an amount, and of the customer’s balance, once the one was set against the other. */
export function settled(balance: number, amount: number): { due: number; balance: number } {
  const sum = balance + amount
  return sum > 0 ? { due: sum, balance: 0 } : { due: 0, balance: sum }
}

/** Whether the customer’s card pays now. `first` is with the customer present, in a checkout. */
export function cardPays({ card }: Desk['customer'], first: boolean): boolean {
  if (card === null) return false
  const { behaviour } = testCards[card]
  return behaviour === 'pays' || (behaviour === 'fails-later' && first) || (behaviour === 'authenticates' && first)
}

/** Bills an amount; what a credit covers is paid at once, the rest by the card if it pays. Answers the bill. */
export function bill(
  desk: Desk,
  subscription: SandboxSubscription,
  lines: readonly SandboxLine[],
  first = false,
): SandboxInvoice {
  const { customer } = desk
  const { due, balance } = settled(customer.balance, total(lines))
  const paid = due === 0 || cardPays(customer, first)
  customer.balance = balance
  const invoice: SandboxInvoice = {
    id: desk.id('in'),
    subscriptionId: subscription.id,
    createdAt: desk.now.toISOString(),
    lines,
    cents: due,
    status: paid ? 'paid' : 'open',
    attempts: paid ? 0 : 1,
  }
  customer.invoices.push(invoice)
  desk.emit(paid ? 'invoice.paid' : 'invoice.payment_failed', invoice)
  return invoice
}

export const openInvoices = ({ customer }: Pick<Desk, 'customer'>, subscription: SandboxSubscription) =>
  customer.invoices.filter((one) => one.subscriptionId === subscription.id && one.status === 'open')

/** Tries the card on all that is open; a subscription of which nothing is open any more is active again. */
export function collect(desk: Desk, of: readonly SandboxSubscription[] = desk.customer.subscriptions): void {
  const { customer } = desk
  for (const subscription of of) {
    const open = openInvoices(desk, subscription)
    if (open.length === 0) continue
    const pays = cardPays(customer, false)
    for (const invoice of open) {
      if (pays) invoice.status = 'paid'
      else invoice.attempts += 1
      desk.emit(pays ? 'invoice.paid' : 'invoice.payment_failed', invoice)
    }
    if (pays && subscription.status === 'past_due') {
      subscription.status = 'active'
      desk.emit('customer.subscription.updated', subscription)
    }
  }
}
