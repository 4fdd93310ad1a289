import { z } from 'zod'
import type { Stores } from '../store/stores.ts'
import type { BillingAccountRow, SubscriptionRow } from './billing-store.ts'
import { type Entitlements, entitlements } from './entitlements.ts'
import { graceEnd, isLive } from './lifecycle.ts'
import { money } from './money.ts'
import { onDay } from './periods.ts'
import { offerOf, offers, priceOf } from './plans.ts'

export const BillingPhase = z.enum(['free', 'pending', 'active', 'ending', 'overdue', 'restricted', 'disputed'])

export const Summary = z.object({
  plan: z.string().describe('free, pro or ops; what it gives is in “plan show”.'),
  status: z.object({ phase: BillingPhase, message: z.string().nullable() }),
  paysFor: z.array(z.string()).describe('In words, what is paid by the month and what by the year.'),
  cost: z.string().describe('What that costs, by the month and by the year.'),
  renewsAt: z.string().nullable().describe('When the next bill comes; ISO 8601.'),
  endsAt: z.string().nullable().describe('When it ends, where that is settled.'),
  bought: z
    .array(
      z.object({
        offer: z.string().describe('As “plan list” names it.'),
        quantity: z.int(),
        interval: z.enum(['month', 'year']),
      }),
    )
    .meta({ forPrograms: true })
    .describe('What you pay for, for programs.'),
})
export type Summary = z.output<typeof Summary>

/** How an account stands, by what we last read from the provider; asks nobody, so it is there also while that is away. */
export async function summaryOf(
  store: Stores,
  account: { readonly id: string; readonly plan: string },
  real: Date,
): Promise<Summary> {
  const { facts, now } = await store.billing.facts(account.id, real)
  const entitled = entitlements({ ...facts, ops: account.plan === 'ops' }, now)
  const row = await store.billing.byAccount(account.id)
  const live = (await store.billing.subscriptions(account.id)).filter(isLive)
  const ends = live.map(({ ends_at }) => ends_at).filter((at): at is Date => at !== null)
  const items = live.flatMap((one) => one.items).sort((a, b) => order.indexOf(a.offer) - order.indexOf(b.offer))
  const renewals = live.filter(({ ends_at }) => ends_at === null).map(({ period_end }) => period_end)
  return {
    plan: entitled.plan,
    status: statusOf(entitled, live, {
      disputed: facts.disputed,
      checkout: row?.checkout_url ? `Pay at ${row.checkout_url}${notesOf(row)}` : null,
    }),
    paysFor: paidIn(items),
    cost: costOf(live),
    renewsAt: earliest(renewals)?.toISOString() ?? null,
    endsAt: earliest(ends)?.toISOString() ?? null,
    bought: items.map(({ offer, quantity, lookup_key }) => ({ offer, quantity, interval: intervalOf(lookup_key) })),
  }
}

/** Plans before add-ons. */
const order = Object.keys(offers)

/** `Pro and 2 × Bots, by the month`, for each interval by which something is paid. */
const paidIn = (items: readonly Paid[]): string[] =>
  (['month', 'year'] as const).flatMap((interval) => {
    const titles = items.filter(({ lookup_key }) => intervalOf(lookup_key) === interval).map(itemText)
    return titles.length === 0 ? [] : [`${listed(titles)}, by the ${interval}`]
  })

/** `a, b and c` */
const listed = (words: readonly string[]) =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

type Paid = { readonly lookup_key: string; readonly quantity: number }

function itemText({ lookup_key, quantity }: Paid): string {
  const found = priceOf(lookup_key)
  const { title } = found?.offer ?? { title: lookup_key }
  const most = found ? (offerOf(found.offer.name)?.most ?? 1) : 1
  return `${most > 1 ? `${quantity} × ` : ''}${title}`
}

/** What is to be known of what is about to be paid. */
function notesOf({ checkout_wanted }: BillingAccountRow): string {
  const wanted = JSON.parse(checkout_wanted ?? '[]') as readonly { readonly lookupKey: string }[]
  const notes = new Set(wanted.map(({ lookupKey }) => priceOf(lookupKey)?.offer.note).filter(Boolean))
  return [...notes].map((note) => ` (${note})`).join('')
}

const intervalOf = (lookupKey: string) => priceOf(lookupKey)?.price.interval ?? 'month'

function costOf(live: readonly SubscriptionRow[]): string {
  const sums = { month: 0, year: 0 }
  for (const { items } of live)
    for (const { lookup_key, quantity } of items) {
      const price = priceOf(lookup_key)?.price
      if (price) sums[price.interval] += price.cents * quantity
    }
  const parts = (['month', 'year'] as const).filter((one) => sums[one] > 0).map((one) => `${money(sums[one])} a ${one}`)
  return parts.length === 0 ? 'nothing' : parts.join(' and ')
}

const earliest = (dates: readonly Date[]): Date | null =>
  dates.length === 0 ? null : new Date(Math.min(...dates.map((date) => date.getTime())))

function statusOf(
  { standing }: Entitlements,
  live: readonly SubscriptionRow[],
  { disputed, checkout }: { disputed: boolean; checkout: string | null },
): Summary['status'] {
  if (disputed) return { phase: 'disputed', message: 'A payment is disputed; the operators look at it.' }
  if (checkout !== null) return { phase: 'pending', message: checkout }
  const ends = live.map(({ ends_at }) => ends_at).filter((at): at is Date => at !== null)
  const ending = ends.length > 0 ? `It ends on ${onDay(earliest(ends)!)}; “billing resume” lets it go on.` : null
  const also = ending === null ? '' : ` ${ending}`
  if (standing === 'restricted')
    return { phase: 'restricted', message: `Your payment is overdue; pay with “billing portal”.${also}` }
  if (standing === 'grace') {
    const end = earliest(
      live.map((one) => graceEnd({ ...one, unpaidSince: one.unpaid_since })).filter((at) => at !== null),
    )
    const pay = `Your payment did not go through; pay by ${end ? onDay(end) : ''} with “billing portal”.`
    return { phase: 'overdue', message: `${pay}${also}` }
  }
  if (live.length === 0) return { phase: 'free', message: null }
  // The provider has given up to collect, or a trial has ended without anything to pay from.
  if (standing === 'none')
    return {
      phase: 'restricted',
      message: `It is not paid, so you have what Free gives; pay with “billing portal”.${also}`,
    }
  if (ending !== null) return { phase: 'ending', message: ending }
  return { phase: 'active', message: null }
}
