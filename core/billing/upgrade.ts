import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { boughtOf } from './bought.ts'
import { planNames } from './plans.ts'
import { buy, prospectOf } from './purchase.ts'
import { Summary, summaryOf } from './summary.ts'

/** What buying answers with: how it stands, and the page on which it is paid where there is one. */
export const Purchased = Summary.extend({
  url: z.string().nullable().meta({ main: true, visit: true }).describe('Where you pay; works once, for a day.'),
})

export const upgradeBilling = defineOperation({
  name: 'billing.upgrade',
  summary: 'Buy a plan, or change to another one.',
  description:
    'The first time you get a link to a page where you pay. After that, the difference for the rest of the period is charged at once, once you have confirmed it: “billing preview” shows it. Asked for again, it is the same page.',
  access: 'member',
  effect: 'write',
  positional: ['plan'],
  input: z.object({
    plan: z.enum(planNames).describe('What you want; “plan list” compares them.'),
    yearly: z.boolean().default(false).describe('Pay by the year.'),
  }),
  output: Purchased,
  errors: ['invalid_input', 'conflict', 'payment_failed', 'confirmation_required', 'unavailable'],
  examples: ['pro', 'pro --yearly yes'],
  settle: { show: 'billing.show', by: [], until: 'applied' },
  async before({ plan, yearly }, before) {
    const bought = boughtOf(plan, 1, yearly ? 'year' : 'month')
    if (!before.dryRun) return buy(before, () => bought)
    await prospectOf(before, () => bought)
    return null
  },
  async handle(_input, { actor, store, now }, url) {
    return { ...(await summaryOf(store, actor, now)), url: url ?? null }
  },
})
