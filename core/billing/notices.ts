import type { BillingFacts, Entitlements } from './entitlements.ts'
import { graceEnd, isLive, type Lifecycle, type Standing } from './lifecycle.ts'
import { onDay } from './periods.ts'
import { offerOf } from './plans.ts'

const day = 86_400_000

/** What the member knows already. */
export interface Told {
  readonly plan?: string
  readonly standing?: Standing
  readonly disputed?: boolean
  /** Whole days before the end of the grace period of which they were last reminded. */
  readonly daysLeft?: number | null
}

export interface Notices {
  readonly told: Told
  readonly notices: readonly { readonly type: string; readonly message: string }[]
  /** When there is more to tell, if nothing else changes. */
  readonly nextAt: Date | null
}

/** Before the end of the grace period the member is reminded so many days ahead. */
const reminders = [7, 3, 1]

const isUnpaid = ({ status }: Pick<Lifecycle, 'status'>) => status === 'unpaid'

/** What a member is to be told of how their account stands, once each. Pure. */
export function noticesOf(
  facts: Pick<BillingFacts, 'subscriptions' | 'disputed'>,
  { plan, standing }: Pick<Entitlements, 'plan' | 'standing'>,
  told: Told,
  now: Date,
): Notices {
  const notices: { type: string; message: string }[] = []
  const say = (type: string, message: string) => notices.push({ type: `billing.${type}`, message })
  const end = firstGraceEnd(facts, now)
  const title = offerOf(plan)?.title ?? plan
  if (plan !== (told.plan ?? 'free')) say('plan', `You are on the ${title} plan now; see “plan show”.`)
  const before = told.standing ?? 'none'
  if (standing !== before) {
    if (standing === 'grace' && end)
      say(
        'overdue',
        `Your payment did not go through; you keep everything until ${onDay(end)}. Pay with “billing portal”.`,
      )
    // The provider may give up to collect before the grace period is over.
    const unpaid = before === 'grace' && standing === 'none' && facts.subscriptions.some(isUnpaid)
    if (standing === 'restricted' || unpaid)
      say(
        'restricted',
        'Your payment is overdue: what is more than Free allows is stopped, nothing is deleted. Pay with “billing portal”.',
      )
    if (standing === 'full' && (before === 'grace' || before === 'restricted'))
      say('paid', 'Your payment went through; everything is as it was.')
    if (standing === 'none' && !facts.subscriptions.some(isLive))
      say(
        'ended',
        'Your subscription has ended. Nothing is deleted; see “plan show” for what is stopped, and “plan keep” for what stays.',
      )
  }
  const daysLeft = standing === 'grace' && end ? Math.ceil((end.getTime() - now.getTime()) / day) : null
  // While it is disputed, nothing ends on that day.
  const due = daysLeft === null || facts.disputed ? undefined : reminders.toReversed().find((days) => daysLeft <= days)
  const last = standing === before ? (told.daysLeft ?? null) : null
  if (due !== undefined && standing === before && (last === null || due < last))
    say(
      'overdue',
      `Your payment is still open; in ${daysLeft} day${daysLeft === 1 ? '' : 's'}, on ${onDay(end!)}, what is more than Free allows is stopped. Pay with “billing portal”.`,
    )
  if (facts.disputed && !told.disputed)
    say('disputed', 'A payment of yours is disputed; nothing changes until the operators have looked at it.')
  const nextReminder = end
    ? reminders.map((days) => new Date(end.getTime() - days * day)).find((at) => at > now)
    : undefined
  return {
    notices,
    told: { plan, standing, disputed: facts.disputed, daysLeft: due ?? null },
    nextAt: standing === 'grace' ? (nextReminder ?? null) : null,
  }
}

function firstGraceEnd({ subscriptions }: Pick<BillingFacts, 'subscriptions'>, now: Date): Date | null {
  const ends = subscriptions
    .filter(({ status }) => status === 'past_due')
    .map(graceEnd)
    .filter((end): end is Date => end !== null && end > now)
  return ends.length === 0 ? null : new Date(Math.min(...ends.map((end) => end.getTime())))
}
