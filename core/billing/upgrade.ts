import { z } from 'zod'
import type { Context } from '../operation/context.ts'
import { defineOperation } from '../operation/define.ts'
import { boughtOf, intervalHeld } from './bought.ts'
import { planNames } from './plans.ts'
import { buy, type Purchase, type Wish } from './purchase.ts'
import { Summary, summaryOf } from './summary.ts'
import { suppose } from './would-be.ts'

/** What buying answers with: how it stands, and the page on which it is paid where there is one. */
export const Purchased = Summary.extend({
  url: z.string().nullable().meta({ main: true, visit: true }).describe('Where you pay; works once, for a day.'),
})

/** How it stands once something was bought; in a dry run, once it were, and paid. */
export async function purchased(
  { actor, store, now }: Context,
  purchase: Purchase | undefined,
): Promise<z.output<typeof Purchased>> {
  const { url = null, would = null, already = null } = purchase ?? {}
  const isNew = would !== null && !(await store.billing.subscriptions(actor.id)).some(({ id }) => id === would.id)
  if (would) {
    await store.billing.open(actor.id)
    await store.billing.change(actor.id, { checkout_id: null, checkout_url: null })
    await suppose(store, actor.id, [would])
  }
  const summary = await summaryOf(store, actor, now)
  // What is the matter is more important than that there was nothing to do.
  const said = already !== null && summary.status.message === null
  if (!isNew) return { ...summary, ...(said ? { status: { ...summary.status, message: already } } : {}), url }
  const message = 'You get a link to a page where you pay; this is how it stands once you have.'
  return { ...summary, status: { phase: 'pending', message }, url }
}

export const Yearly = z
  .boolean()
  .optional()
  .describe('Pay by the year, or not; without it as you do, and by the month what is new.')

/** So many of something in the end, by the interval that is said, or else by that of what there is. */
export const wishFor =
  (name: string, quantity: number, yearly: boolean | undefined): Wish =>
  (live) =>
    boughtOf(name, quantity, yearly === undefined ? (intervalHeld(live, name) ?? 'month') : yearly ? 'year' : 'month')

export const upgradeBilling = defineOperation({
  name: 'billing.upgrade',
  summary: 'Buy a plan, or change to another one.',
  description:
    'The first time you get a link to a page where you pay. After that, the difference for the rest of the period is charged at once, once you have confirmed it: “billing preview” shows it. Asked for again, it is the same page. From the month to the year, or back, a new period begins at once, and what is left of the former is credited.',
  access: 'member',
  effect: 'write',
  positional: ['plan'],
  input: z.object({
    plan: z.enum(planNames).describe('What you want; “plan list” compares them.'),
    yearly: Yearly,
  }),
  output: Purchased,
  errors: ['invalid_input', 'conflict', 'payment_failed', 'confirmation_required', 'unavailable'],
  examples: ['pro', 'pro --yearly yes', 'pro --yearly no'],
  settle: { show: 'billing.show', by: [], until: 'applied' },
  before: ({ plan, yearly }, before) => buy(before, wishFor(plan, 1, yearly)),
  handle: (_input, context, purchase) => purchased(context, purchase),
})
