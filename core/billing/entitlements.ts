import { graceEnd, type Lifecycle, type Standing, standingOf } from './lifecycle.ts'
import { onDay } from './periods.ts'
import { freeLimits, type LimitName, limitNames, type Offer, offerOf, offers } from './plans.ts'

export interface Limit {
  /** `null` is no limit. */
  readonly value: number | null
  /** In words: `the Pro plan`. */
  readonly why: string
}

export interface SubscriptionFacts extends Lifecycle {
  readonly items: readonly { readonly offer: string; readonly quantity: number }[]
}

/** What an operator has granted or taken, in place of what is paid for. */
export interface Override {
  /** A limit, or an offer that is given away. */
  readonly name: string
  /** Of a limit its value, of an offer how many. */
  readonly value: number | null
  readonly reason: string
  /** Null is until it is taken back. */
  readonly endsAt: Date | null
}

/** All that entitlements depend on. */
export interface BillingFacts {
  /** Whom the platform itself belongs to has all of it. */
  readonly ops: boolean
  readonly subscriptions: readonly SubscriptionFacts[]
  /** Later ones come before earlier ones. */
  readonly overrides: readonly Override[]
  /** A payment is disputed: what is there stays as it is until a person has decided. */
  readonly disputed: boolean
  /** What that was. */
  readonly held: Held | null
}

/** What there was when a payment was disputed. */
export interface Held {
  /** What had not ended by then does not end. */
  readonly since: Date
  readonly standing: Standing
  /** All that was paid for and given for it, each offer once. */
  readonly items: SubscriptionFacts['items']
}

export interface Entitlements {
  /** What the account is called: free, pro or ops. */
  readonly plan: string
  readonly limits: Readonly<Record<LimitName, Limit>>
  readonly keepsForEver: boolean
  /** Why it does, or does not. */
  readonly keepsWhy: string
  /** The worst of what is subscribed to; `none` where nothing is. */
  readonly standing: Standing
  /** When it changes by itself: a grace period or an override ends. */
  readonly changesAt: Date | null
}

interface Granted {
  readonly offer: Offer
  readonly quantity: number
  readonly why: string
}

const standings: readonly Standing[] = ['restricted', 'grace', 'full', 'none']

/**
 * Every limit and its reason: what is paid for, as far as it is paid, what operators have decided, and, while a payment is
 * disputed, what there was. Pure.
 */
export function entitlements(facts: BillingFacts, now: Date): Entitlements {
  const held = facts.disputed ? facts.held : null
  // For what ends by itself time stands still then.
  const at = held?.since ?? now
  const overrides = facts.overrides.filter(({ endsAt }) => endsAt === null || at < endsAt)
  const current = standingOfAll(facts.subscriptions, at)
  // What is owed meanwhile takes nothing away, and so is nothing to be told of; what is paid is.
  const standing = held === null || current === 'full' ? current : held.standing
  const paid = paidItems(facts.subscriptions, at)
  const granted = [...paid, ...(held ? stillHeld(held, paid) : []), ...given(overrides)]
  const account = accountOffers(facts.ops, granted)
  const keeping = account.findLast(({ offer }) => offer.keepsForEver)
  const added = granted.filter(({ offer }) => offer.tier !== 'account')
  const limits = limitNames.map((name) => {
    const override = overrides.find((one) => one.name === name)
    return [name, override ? overridden(override) : sum(highest(account, name), added, name)] as const
  })
  return {
    plan: account.at(-1)!.offer.name,
    limits: Object.fromEntries(limits) as Record<LimitName, Limit>,
    keepsForEver: keeping !== undefined,
    keepsWhy: (keeping ?? account.at(-1)!).why,
    standing,
    changesAt: held ? null : nextChange(facts, now),
  }
}

/** The worst of what is subscribed to. */
export function standingOfAll(subscriptions: readonly SubscriptionFacts[], now: Date): Standing {
  const found = subscriptions.map((one) => standingOf(one, now))
  return standings.find((one) => found.includes(one)) ?? 'none'
}

/** All that is given because it is paid, or because there is still time to pay it. */
export const paidItems = (subscriptions: readonly SubscriptionFacts[], now: Date): Granted[] =>
  subscriptions.flatMap((subscription) => {
    const standing = standingOf(subscription, now)
    if (standing !== 'full' && standing !== 'grace') return []
    const late = standing === 'grace' ? ', whose payment is overdue' : ''
    return subscription.items.flatMap(({ offer: name, quantity }) => {
      const offer = offerOf(name)
      return offer && quantity >= 1 ? [{ offer, quantity, why: `${nounOf(offer, quantity)}${late}` }] : []
    })
  })

/** What there was, as far as it is not paid for as before. */
function* stillHeld({ items }: Held, paid: readonly Granted[]): Generator<Granted> {
  for (const { offer: name, quantity } of items) {
    const offer = offerOf(name)
    const more = quantity - paid.filter((one) => one.offer === offer).reduce((sum, one) => sum + one.quantity, 0)
    if (offer && more >= 1)
      yield { offer, quantity: more, why: `${nounOf(offer, more)}, held while a payment is disputed` }
  }
}

function* given(overrides: readonly Override[]): Generator<Granted> {
  for (const override of overrides) {
    const offer = offerOf(override.name)
    const quantity = override.value ?? 1
    if (offer && quantity >= 1) yield { offer, quantity, why: `${nounOf(offer, quantity)}, ${givenBy(override)}` }
  }
}

const nounOf = ({ title, tier }: Offer, quantity: number) =>
  tier === 'addon' ? `the add-on ${title}${quantity > 1 ? ` × ${quantity}` : ''}` : `the ${title} plan`

const givenBy = ({ reason, endsAt }: Override) =>
  `given by the operators${endsAt ? ` until ${onDay(endsAt)}` : ''}: ${reason}`

/** What the account is, the best last. Free is always among it. */
function accountOffers(ops: boolean, granted: readonly Granted[]): Granted[] {
  const own = (offer: Offer): Granted => ({ offer, quantity: 1, why: `the ${offer.title} plan` })
  const bought = granted.filter(({ offer }) => offer.tier === 'account' && offer.name !== 'free')
  return [own(offers.free), ...bought, ...(ops ? [own(offers.ops)] : [])]
}

function highest(account: readonly Granted[], name: LimitName): Limit {
  let best: Limit = { value: freeLimits[name], why: account[0]!.why }
  for (const { offer, why } of account.slice(1)) {
    const value = offer.grants[name]
    // What a better plan says nothing of is as in Free, and as much the better plan’s.
    if (value === undefined || isAtLeast(value, best.value))
      best = { value: value === undefined ? best.value : value, why }
  }
  return best
}

const isAtLeast = (one: number | null, other: number | null) => one === null || (other !== null && one >= other)

function sum(base: Limit, added: readonly Granted[], name: LimitName): Limit {
  const parts = added.filter(({ offer }) => offer.grants[name] !== undefined)
  if (base.value === null || parts.length === 0) return base
  let value: number | null = base.value
  for (const { offer, quantity } of parts) {
    const more: number | null = offer.grants[name]!
    value = value === null || more === null ? null : value + more * quantity
  }
  const reasons = parts.map(({ why }) => why)
  return { value, why: (base.value > 0 ? [base.why, ...reasons] : reasons).join(' and ') }
}

const overridden = (override: Override): Limit => ({ value: override.value, why: givenBy(override) })

function nextChange({ subscriptions, overrides }: BillingFacts, now: Date): Date | null {
  const ends = [
    ...subscriptions.filter(({ status }) => status === 'past_due').map(graceEnd),
    ...overrides.map(({ endsAt }) => endsAt),
  ].filter((end): end is Date => end !== null && end > now)
  return ends.length === 0 ? null : new Date(Math.min(...ends.map((end) => end.getTime())))
}
