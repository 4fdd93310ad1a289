import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { money } from './money.ts'
import { limitNames, type Offer, offers } from './plans.ts'

const Line = z.object({ name: z.string(), title: z.string(), price: z.string(), gives: z.string() })

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
  return {
    name: offer.name,
    title: offer.title,
    price:
      prices.map(({ cents, currency, interval }) => `${money(cents, currency)} a ${interval}`).join(' or ') ||
      'nothing',
    gives: limitNames
      .filter((name) => offer.grants[name] !== undefined && offer.grants[name] !== 0)
      .map((name) => `${name} ${offer.grants[name] ?? 'no limit'}`)
      .join(', '),
  }
}
