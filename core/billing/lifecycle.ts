/** As Stripe names them. */
export const subscriptionStatuses = [
  'incomplete',
  'incomplete_expired',
  'trialing',
  'active',
  'past_due',
  'canceled',
  'unpaid',
  'paused',
] as const
export type SubscriptionStatus = (typeof subscriptionStatuses)[number]

const day = 86_400_000

/** How long somebody who owes us keeps everything. */
export const graceMs = 14 * day

/** What a subscription gives: everything, everything for now, nothing until it is paid, or nothing. */
export type Standing = 'full' | 'grace' | 'restricted' | 'none'

export interface Lifecycle {
  readonly status: SubscriptionStatus
  /** Since when a bill is open, in `past_due`; the provider’s own date, so that everybody computes the same. */
  readonly unpaidSince: Date | null
}

export const graceEnd = ({ unpaidSince }: Lifecycle): Date | null =>
  unpaidSince && new Date(unpaidSince.getTime() + graceMs)

/** What a subscription gives at a time. */
export function standingOf(subscription: Lifecycle, now: Date): Standing {
  switch (subscription.status) {
    case 'trialing':
    case 'active':
      return 'full'
    case 'past_due': {
      const end = graceEnd(subscription)
      return end === null || now < end ? 'grace' : 'restricted'
    }
    // `paused` is a trial that ended with nothing to pay from; `incomplete` never began.
    default:
      return 'none'
  }
}

/** Whether it still runs at the provider, so that it is changed rather than bought again. */
export const isLive = ({ status }: Pick<Lifecycle, 'status'>) =>
  status === 'trialing' || status === 'active' || status === 'past_due' || status === 'unpaid' || status === 'paused'
