import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { limitAmount } from '../operation/limit-amount.ts'
import { limitGives } from './limit-text.ts'
import { money } from './money.ts'
import { freeLimits, type LimitName, limitNames, type Offer, offers } from './plans.ts'

const Line = z.object({
  name: z.string(),
  title: z.string(),
  tier: z.enum(['account', 'network', 'addon']).describe('Of a plan its limits; the others add to them.'),
  forEver: z.boolean().describe('What is published may stay until it is deleted.'),
  price: z.string(),
  gives: z.string(),
  note: z
    .string()
    .nullable()
    .describe('What is to be known before it is bought: that there is nothing yet to use it for.'),
  prices: z.array(z.object({ cents: z.int(), currency: z.string(), interval: z.enum(['month', 'year']) })),
  limits: z
    .record(z.string(), z.number().nullable())
    .describe('What it gives, in things, bytes, hours or days as the limit’s name says; null is no limit.'),
})

export const listPlans = defineOperation({
  name: 'plan.list',
  summary: 'Compare the plans and add-ons.',
  access: 'anyone',
  effect: 'read',
  input: z.object({}),
  output: z.object({ items: z.array(Line) }),
  columns: ['name', 'price', 'gives'],
  errors: [],
  handle: async () => ({
    items: Object.values(offers)
      .filter(({ name }) => name !== 'ops')
      .map(lineOf),
  }),
})

function lineOf(offer: Offer): z.input<typeof Line> {
  const prices = offer.prices.filter(({ retired }) => !retired)
  const values = valuesOf(offer)
  return {
    name: offer.name,
    title: offer.title,
    tier: offer.tier,
    forEver: offer.keepsForEver,
    price:
      prices.map(({ cents, currency, interval }) => `${money(cents, currency)} a ${interval}`).join(' or ') ||
      'nothing',
    gives: givesOf(offer, values),
    note: offer.note ?? null,
    prices: prices.map(({ cents, currency, interval }) => ({ cents, currency, interval })),
    limits: Object.fromEntries(values),
  }
}

/** All limits of an account’s plan, as it has them; of what adds to one only what it adds. */
const valuesOf = ({ tier, grants }: Offer) =>
  limitNames.flatMap((name): [LimitName, number | null][] => {
    const value = grants[name]
    if (value !== undefined) return [[name, value]]
    return tier === 'account' ? [[name, freeLimits[name]]] : []
  })

/** In words, what there is none of left out; a better plan says only what is better. */
function givesOf({ name, keepsForEver, note }: Offer, values: readonly [LimitName, number | null][]): string {
  const told = values.filter(
    ([limit, value]) => value !== 0 && (name === 'free' || value === null || value > (freeLimits[limit] ?? value)),
  )
  const parts = told.map(([limit, value]) => limitGives[limit](value === null ? null : limitAmount(limit, value)))
  const all = `${note === undefined ? '' : 'still to come: '}${parts.join(', ')}`
  return keepsForEver ? `${all}; pastes and pictures may also stay for ever` : all
}
