import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { OperationError } from '../operation/errors.ts'
import type { Outer } from '../operation/outer.ts'
import { boughtOf } from './bought.ts'
import { subscriptionsOf } from './customer.ts'
import { addonNames } from './plans.ts'
import { buy, prospectOf } from './purchase.ts'
import { summaryOf } from './summary.ts'
import { Purchased } from './upgrade.ts'

const Name = z.enum(addonNames).describe('The add-on; “plan list” tells what it costs.')

const common = {
  access: 'member',
  effect: 'write',
  positional: ['name', 'quantity'],
  output: Purchased,
  settle: { show: 'billing.show', by: [], until: 'applied' },
} as const

async function held(outer: Outer, name: string): Promise<number> {
  const { live } = await subscriptionsOf(outer)
  return live.flatMap(({ items }) => items).find(({ offer }) => offer === name)?.quantity ?? 0
}

export const addAddon = defineOperation({
  ...common,
  name: 'billing.addon.add',
  summary: 'Buy an add-on, or more of it.',
  description: 'Bots are counted; of log search there is one.',
  input: z.object({ name: Name, quantity: z.int().min(1).max(100).default(1).describe('How many more.') }),
  errors: ['invalid_input', 'quota_reached', 'conflict', 'payment_failed', 'confirmation_required', 'unavailable'],
  examples: ['bots 2', 'log-search'],
  async outside({ name, quantity }, outer) {
    const bought = boughtOf(name, (await held(outer, name)) + quantity)
    if (!outer.dryRun) return buy(outer, bought)
    await prospectOf(outer, bought)
    return null
  },
  async handle(_input, { actor, store, now }, url) {
    return { ...(await summaryOf(store, actor, now)), url: url ?? null }
  },
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
  errors: ['not_found', 'conflict', 'unavailable'],
  examples: ['bots 1', 'log-search'],
  async outside({ name, quantity }, outer) {
    const has = await held(outer, name)
    if (has === 0) throw new OperationError('not_found', `You have no add-on ${name}; see “billing show”.`)
    const bought = boughtOf(name, Math.max(0, has - (quantity ?? has)))
    const { live } = await subscriptionsOf(outer)
    const alone = live.some(({ items }) => items.length === 1 && items[0]!.offer === name)
    if (bought.quantity === 0 && alone)
      throw new OperationError('conflict', 'It is all that this subscription has; end it with “billing cancel”.')
    return outer.dryRun ? null : buy(outer, bought)
  },
  async handle(_input, { actor, store, now }, url) {
    return { ...(await summaryOf(store, actor, now)), url: url ?? null }
  },
})
