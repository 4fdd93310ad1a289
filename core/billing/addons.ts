import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { OperationError } from '../operation/errors.ts'
import { boughtOf, heldOf } from './bought.ts'
import { addonNames } from './plans.ts'
import { buy, type Wish } from './purchase.ts'
import { Purchased, purchased } from './upgrade.ts'

const Name = z.enum(addonNames).describe('The add-on; “plan list” tells what it costs.')

const common = {
  access: 'member',
  effect: 'write',
  positional: ['name', 'quantity'],
  output: Purchased,
  settle: { show: 'billing.show', by: [], until: 'applied' },
} as const

export const addAddon = defineOperation({
  ...common,
  name: 'billing.addon.add',
  summary: 'Buy an add-on, or more of it.',
  description: 'Bots are counted; of log search there is one.',
  input: z.object({ name: Name, quantity: z.int().min(1).max(100).default(1).describe('How many more.') }),
  errors: ['invalid_input', 'quota_reached', 'conflict', 'payment_failed', 'confirmation_required', 'unavailable'],
  examples: ['bots 2', 'log-search'],
  async before({ name, quantity }, before) {
    return buy(before, (live) => boughtOf(name, heldOf(live, name) + quantity))
  },
  handle: (_input, context, purchase) => purchased(context, purchase),
})

export const removeAddon = defineOperation({
  ...common,
  name: 'billing.addon.remove',
  summary: 'Give up an add-on, or some of it.',
  description:
    'What is left of the period is kept as a credit for later bills. The last thing you pay for ends by “billing cancel”.',
  input: z.object({
    name: Name,
    quantity: z.int().min(1).max(100).optional().describe('How many fewer; all when absent.'),
  }),
  errors: ['invalid_input', 'not_found', 'conflict', 'unavailable'],
  examples: ['bots 1', 'log-search'],
  async before({ name, quantity }, before) {
    const wish: Wish = (live) => {
      const has = heldOf(live, name)
      if (has === 0) throw new OperationError('not_found', `You have no add-on ${name}; see “billing show”.`)
      if (quantity !== undefined && quantity > has)
        throw new OperationError(
          'invalid_input',
          `You have ${has} × ${name}; say that many at most, or no number for all.`,
          {
            field: 'quantity',
          },
        )
      const bought = boughtOf(name, has - (quantity ?? has))
      if (bought.quantity === 0 && live.some(({ items }) => items.length === 1 && items[0]!.offer === name))
        throw new OperationError('conflict', 'It is all that this subscription has; end it with “billing cancel”.')
      return bought
    }
    return buy(before, wish)
  },
  handle: (_input, context, purchase) => purchased(context, purchase),
})
