import type { SubscriptionStatus } from '../lifecycle.ts'
import type { Wanted } from '../payments.port.ts'
import type { Interval } from '../plans.ts'

/** What a card does, by its number. */
export const testCards = {
  '4242424242424242': { title: 'is paid', behaviour: 'pays' },
  '4000000000000002': { title: 'is declined', behaviour: 'declined' },
  '4000002500003155': { title: 'needs authentication', behaviour: 'authenticates' },
  '4000000000000341': { title: 'is paid once, and fails at renewal', behaviour: 'fails-later' },
} as const
export type CardNumber = keyof typeof testCards

export interface SandboxPrice {
  readonly cents: number
  readonly interval: Interval
  readonly title: string
}

export interface SandboxItem extends Wanted {
  readonly id: string
  /** What it was bought at, whatever is sold by its key by now. */
  readonly price?: SandboxPrice
}

/** Times are ISO 8601, so that the whole is JSON. */
export interface SandboxSubscription {
  readonly id: string
  interval: Interval
  readonly createdAt: string
  /** Periods are counted from here. */
  anchor: string
  status: SubscriptionStatus
  period: number
  items: SandboxItem[]
  endsWithPeriod: boolean
  endedAt: string | null
}

export interface SandboxLine {
  readonly text: string
  readonly cents: number
}

export interface SandboxInvoice {
  readonly id: string
  readonly subscriptionId: string
  readonly createdAt: string
  readonly lines: readonly SandboxLine[]
  /** What is left to be paid after credits. */
  readonly cents: number
  status: 'open' | 'paid' | 'void'
  /** Failed tries to collect it. */
  attempts: number
}

export interface SandboxCheckout {
  readonly id: string
  readonly items: readonly Wanted[]
  readonly returnUrl: string
  readonly expiresAt: string
  status: 'open' | 'complete' | 'expired'
}

/** A customer with all that belongs to them. */
export interface SandboxCustomer {
  readonly id: string
  readonly name: string
  email: string | null
  card: CardNumber | null
  /** Below zero is credit for later bills. In cents. */
  balance: number
  subscriptions: SandboxSubscription[]
  invoices: SandboxInvoice[]
  checkouts: SandboxCheckout[]
  portals: { readonly id: string; readonly returnUrl: string; readonly expiresAt: string }[]
  disputed: boolean
  /** Idempotency keys, with what was answered. */
  done: Record<string, unknown>
}

/** A customer at a moment: what changes them also tells of it. */
export interface Desk {
  readonly customer: SandboxCustomer
  readonly now: Date
  /** What is sold by a key; throws where nothing is. */
  price(lookupKey: string): SandboxPrice
  id(prefix: string): string
  emit(type: string, object: object): void
}

export const newCustomer = (id: string, name: string, email: string | null): SandboxCustomer => ({
  id,
  name,
  email,
  card: null,
  balance: 0,
  subscriptions: [],
  invoices: [],
  checkouts: [],
  portals: [],
  disputed: false,
  done: {},
})
