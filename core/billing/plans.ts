/** What is limited; `null` is no limit. What can only be had or not is 1 or 0. */
export interface PlanLimits {
  readonly bouncers: number | null
  /** A soju of one’s own. */
  readonly 'bouncer.dedicated': number | null
  /** Over all bouncers; those that the platform adds are free. */
  readonly upstreams: number | null
  /** Pastes that can be seen at the same time. */
  readonly 'paste.live': number | null
  readonly 'paste.lifeHours': number | null
  /** Bytes of one paste’s text. */
  readonly 'paste.maxBytes': number | null
  /** Bytes of all pictures that can be seen at the same time. */
  readonly 'picture.bytes': number | null
  readonly 'picture.lifeDays': number | null
  /** Networks that we host for the member, and the users on them. */
  readonly networks: number | null
  readonly 'network.users': number | null
  /** Bots that there can be at the same time. */
  readonly 'bot.live': number | null
  readonly 'log.search': number | null
}

export type LimitName = keyof PlanLimits
export type Interval = 'month' | 'year'

export interface Price {
  /** By which it is found at the provider. What it stands for never changes: a new price is a new key. */
  readonly lookupKey: string
  /** In the currency’s smallest unit. */
  readonly cents: number
  readonly currency: 'usd'
  readonly interval: Interval
  /** No longer sold; who pays it keeps it. */
  readonly retired?: true
}

export interface Offer {
  readonly name: string
  readonly title: string
  /**
   * `account`: what the account itself is; its limits stand in place of Free’s. `network` and `addon`: what it grants is
   * added to these. Of `account` and of `network` there is one at a time, of an add-on a number.
   */
  readonly tier: 'account' | 'network' | 'addon'
  readonly grants: Partial<PlanLimits>
  /** What is published may stay until it is deleted, where one says so; else only as long as the limits allow. */
  readonly keepsForEver: boolean
  readonly prices: readonly Price[]
  /** How many may be had. */
  readonly most: number
  /** A sentence that whoever wants to buy it has to know. */
  readonly note?: string
}

const mebibyte = 1024 * 1024

const free: PlanLimits = {
  bouncers: 1,
  'bouncer.dedicated': 0,
  upstreams: 5,
  'paste.live': 5,
  'paste.lifeHours': 24,
  'paste.maxBytes': mebibyte,
  'picture.bytes': 50 * mebibyte,
  'picture.lifeDays': 90,
  networks: 0,
  'network.users': 0,
  'bot.live': 0,
  'log.search': 0,
}
const more = { upstreams: null, 'paste.live': null, 'paste.lifeHours': 90 * 24 }

/** Of what is sold before there is anything to use it for. */
const toCome = (what: string) => `Nothing can be done with it yet: ${what} is still to come.`
const networksToCome = { note: toCome('hosting networks') }

const usd = (lookupKey: string, dollars: number, interval: Interval): Price => ({
  lookupKey,
  cents: Math.round(dollars * 100),
  currency: 'usd',
  interval,
})

/** What there is to be had. `free` is what everybody has, `ops` what the platform’s own operators have. */
export const offers = {
  free: { name: 'free', title: 'Free', tier: 'account', grants: free, keepsForEver: false, prices: [], most: 1 },
  pro: {
    name: 'pro',
    title: 'Pro',
    tier: 'account',
    grants: { ...more, 'bouncer.dedicated': 1, 'picture.bytes': 1024 * mebibyte },
    keepsForEver: true,
    // What Pro costs is for who runs the platform to set, before anybody has paid it: “ops plans sync” carries it over.
    prices: [usd('pro_month_v1', 6, 'month'), usd('pro_year_v1', 60, 'year')],
    most: 1,
  },
  'network-starter': {
    name: 'network-starter',
    title: 'Network Starter',
    tier: 'network',
    grants: { networks: 1, 'network.users': 50, 'bot.live': 3 },
    keepsForEver: false,
    prices: [usd('network_starter_month_v1', 12, 'month')],
    most: 1,
    ...networksToCome,
  },
  'network-growth': {
    name: 'network-growth',
    title: 'Network Growth',
    tier: 'network',
    grants: { networks: 3, 'network.users': 200, 'bot.live': 10 },
    keepsForEver: false,
    prices: [usd('network_growth_month_v1', 24, 'month')],
    most: 1,
    ...networksToCome,
  },
  bots: {
    name: 'bots',
    title: 'Bots',
    tier: 'addon',
    grants: { 'bot.live': 1 },
    keepsForEver: false,
    prices: [usd('bots_month_v1', 2, 'month')],
    most: 100,
    note: toCome('running bots'),
  },
  'log-search': {
    name: 'log-search',
    title: 'Log search',
    tier: 'addon',
    grants: { 'log.search': 1 },
    keepsForEver: false,
    prices: [usd('log_search_month_v1', 2, 'month')],
    most: 1,
    note: toCome('searching logs'),
  },
  ops: {
    name: 'ops',
    title: 'Operators',
    tier: 'account',
    grants: {
      ...more,
      bouncers: null,
      'bouncer.dedicated': null,
      'picture.bytes': null,
      networks: null,
      'network.users': null,
      'bot.live': null,
      'log.search': 1,
    },
    keepsForEver: true,
    prices: [],
    most: 1,
  },
} as const satisfies Readonly<Record<string, Offer>>

export type OfferName = keyof typeof offers

export const planNames = ['pro', 'network-starter', 'network-growth'] as const satisfies readonly OfferName[]
export const addonNames = ['bots', 'log-search'] as const satisfies readonly OfferName[]

export const limitNames = Object.keys(free) as [LimitName, ...LimitName[]]
export const freeLimits: PlanLimits = free

export const offerOf = (name: string): Offer | undefined => (offers as Readonly<Record<string, Offer>>)[name]

export const allPrices = (): { readonly offer: Offer; readonly price: Price }[] =>
  Object.values(offers).flatMap((offer: Offer) => offer.prices.map((price) => ({ offer, price })))

const byKey = new Map(allPrices().map((one) => [one.price.lookupKey, one]))

/** What a price at the provider is for; undefined for one that is not ours. */
export const priceOf = (lookupKey: string) => byKey.get(lookupKey)
