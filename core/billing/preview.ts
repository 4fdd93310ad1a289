import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { heldOf } from './bought.ts'
import { money } from './money.ts'
import { addonNames, offerOf, planNames } from './plans.ts'
import { prospectOf } from './purchase.ts'
import { wishFor, Yearly } from './upgrade.ts'

export const previewBilling = defineOperation({
  name: 'billing.preview',
  summary: 'Show what something would cost you; nothing is charged.',
  access: 'member',
  effect: 'read',
  positional: ['name', 'quantity'],
  input: z.object({
    name: z.enum([...planNames, ...addonNames]).describe('A plan or an add-on.'),
    quantity: z.int().min(1).max(100).default(1).describe('How many there would be in the end.'),
    yearly: Yearly,
    more: z.boolean().default(false).describe('That many more than you have.'),
  }),
  output: z.object({
    dueNow: z.string().describe('What is charged at once.'),
    dueNowCents: z.int().meta({ forPrograms: true }),
    lines: z.array(z.string()).describe('What that is made of: they add up to it; credits are negative.'),
    next: z.string().describe('What is charged at the next renewal.'),
    nextCents: z.int().meta({ forPrograms: true }),
    nextAt: z.string().describe('When; ISO 8601.'),
    currency: z.string().meta({ forPrograms: true }),
    onPage: z
      .boolean()
      .meta({ forPrograms: true })
      .describe('Whether it is paid on a page to which one gets a link; else it is charged at once.'),
    note: z.string().optional().describe('What is to be known before it is bought; absent where nothing is.'),
  }),
  errors: ['invalid_input', 'quota_reached', 'conflict', 'unavailable'],
  examples: ['pro', 'bots 3', 'bots 1 --more yes', 'pro --yearly yes'],
  before: ({ name, quantity, yearly, more }, before) =>
    prospectOf(before, (live) => wishFor(name, (more ? heldOf(live, name) : 0) + quantity, yearly)(live)),
  async handle({ name }, _context, prospect) {
    const note = offerOf(name)?.note
    const { dueNow, next, nextAt, currency, onPage, lines } = prospect!
    return {
      dueNow: money(dueNow, currency),
      dueNowCents: dueNow,
      lines: lines.map(({ text, cents }) => `${text}: ${money(cents, currency)}`),
      next: money(next, currency),
      nextCents: next,
      nextAt: nextAt.toISOString(),
      currency,
      onPage,
      ...(note === undefined ? {} : { note }),
    }
  },
})
