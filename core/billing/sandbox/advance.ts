import { isLive } from '../lifecycle.ts'
import { bill, collect, endOf, fullLines, openInvoices } from './invoicing.ts'
import type { Desk, SandboxCustomer, SandboxSubscription } from './state.ts'
import { finish } from './subscriptions.ts'

const day = 86_400_000

/** Days after a bill on which the card is tried again; the last failure ends the subscription, before the next bill. */
export const retryDays = [3, 7, 14, 21, 25]

interface Step {
  readonly at: Date
  do(desk: Desk): void
}

/**
 * Lives through all that happens to a customer between then and now, in its order: renewals, tries to collect, ends.
 * `deskAt` stands at the moment of each.
 */
export function advance(desk: Desk, deskAt: (at: Date) => Desk): void {
  for (;;) {
    const next = nextStep(desk.customer)
    if (!next || next.at > desk.now) return
    next.do(deskAt(next.at))
  }
}

/** What happens to a customer next by itself. */
export const nextStep = (customer: SandboxCustomer): Step | undefined =>
  customer.subscriptions
    .filter(isLive)
    .flatMap((one) => stepsOf(customer, one))
    .sort((a, b) => a.at.getTime() - b.at.getTime())[0]

function stepsOf(customer: SandboxCustomer, subscription: SandboxSubscription): Step[] {
  const renewal: Step = { at: endOf(subscription), do: (then) => renew(then, subscription) }
  const [oldest] = openInvoices({ customer }, subscription)
  const days = oldest && retryDays[oldest.attempts - 1]
  if (!oldest || days === undefined) return [renewal]
  const at = new Date(new Date(oldest.createdAt).getTime() + days * day)
  return [renewal, { at, do: (then) => retry(then, subscription) }]
}

function renew(desk: Desk, subscription: SandboxSubscription): void {
  if (subscription.endsWithPeriod) {
    finish(desk, subscription, desk.now)
    return
  }
  subscription.period += 1
  const invoice = bill(desk, subscription, fullLines(desk, subscription.items))
  if (invoice.status === 'open') subscription.status = 'past_due'
  desk.emit('customer.subscription.updated', subscription)
}

function retry(desk: Desk, subscription: SandboxSubscription): void {
  collect(desk, [subscription])
  const [oldest] = openInvoices(desk, subscription)
  if (oldest && oldest.attempts > retryDays.length) finish(desk, subscription, desk.now)
}
