import { OperationError } from '../../operation/errors.ts'
import type { Change } from '../payments.port.ts'
import { collect } from './invoicing.ts'
import { type CardNumber, type Desk, type SandboxCheckout, testCards } from './state.ts'
import { begin, intervalOf, planned } from './subscriptions.ts'

const day = 86_400_000

export function openCheckout(desk: Desk, { items }: Change, returnUrl: string): SandboxCheckout {
  intervalOf(planned(desk, items))
  // Whose it is stands in it, so that its page finds the customer.
  const id = `${desk.customer.id}-${desk.id('cs')}`
  const checkout: SandboxCheckout = {
    id,
    items,
    returnUrl: returnUrl.replace('{CHECKOUT_SESSION_ID}', id),
    expiresAt: new Date(desk.now.getTime() + day).toISOString(),
    status: 'open',
  }
  desk.customer.checkouts.push(checkout)
  return checkout
}

export function findCheckout(desk: Desk, id: string): SandboxCheckout {
  const found = desk.customer.checkouts.find((one) => one.id === id)
  if (!found) throw new OperationError('not_found', 'There is no such checkout; ask for a new one: “billing upgrade”.')
  if (found.status === 'open' && new Date(found.expiresAt) <= desk.now) found.status = 'expired'
  return found
}

export function endCheckout(desk: Desk, id: string): 'complete' | 'expired' {
  const checkout = findCheckout(desk, id)
  if (checkout.status === 'open') checkout.status = 'expired'
  return checkout.status as 'complete' | 'expired'
}

export const isCard = (text: string): text is CardNumber => Object.hasOwn(testCards, text)

/** Puts a card in the place of the former. Throws where there is no such test card. */
export function setCard(desk: Desk, number: string): void {
  const card = number.replace(/[\s-]/g, '')
  if (!isCard(card)) {
    throw new OperationError('payment_failed', `Here only test cards are taken: ${Object.keys(testCards).join(', ')}.`)
  }
  desk.customer.card = card
  desk.emit('customer.updated', { id: desk.customer.id })
}

/** Pays a checkout; `authenticated` once the bank has asked. Answers where the browser goes on, or that the bank asks. */
export function payCheckout(desk: Desk, id: string, number: string, authenticated: boolean): string | 'authenticate' {
  const checkout = findCheckout(desk, id)
  if (checkout.status === 'complete') return checkout.returnUrl
  if (checkout.status === 'expired') {
    throw new OperationError('not_found', 'This checkout has ended; ask for a new one: “billing upgrade”.')
  }
  const former = desk.customer.card
  setCard(desk, number)
  const { behaviour } = testCards[desk.customer.card!]
  if (behaviour === 'declined') {
    desk.customer.card = former
    throw new OperationError('payment_failed', 'The card was declined; try another.')
  }
  if (behaviour === 'authenticates' && !authenticated) {
    desk.customer.card = former
    return 'authenticate'
  }
  checkout.status = 'complete'
  begin(desk, checkout.items)
  desk.emit('checkout.session.completed', { id: checkout.id })
  return checkout.returnUrl
}

/** A page for the card and the bills, for an hour. */
export function openPortal(desk: Desk, returnUrl: string): string {
  const id = `${desk.customer.id}-${desk.id('bps')}`
  const expiresAt = new Date(desk.now.getTime() + 3_600_000).toISOString()
  desk.customer.portals = [
    ...desk.customer.portals.filter((one) => new Date(one.expiresAt) > desk.now),
    { id, returnUrl, expiresAt },
  ]
  return id
}

export function findPortal(desk: Desk, id: string) {
  const found = desk.customer.portals.find((one) => one.id === id && new Date(one.expiresAt) > desk.now)
  if (!found) throw new OperationError('not_found', 'This page has ended; ask for a new one: “billing portal”.')
  return found
}

/** A new card in the portal pays what is open. */
export function changeCard(desk: Desk, number: string): void {
  setCard(desk, number)
  collect(desk)
}
