import { z } from 'zod'
import type { Before, Context } from '../operation/context.ts'
import { defineOperation } from '../operation/define.ts'
import { OperationError } from '../operation/errors.ts'
import type { SubscriptionRow } from './billing-store.ts'
import { knownCustomer, subscriptionsOf } from './customer.ts'
import { Summary, summaryOf } from './summary.ts'
import { suppose } from './would-be.ts'

/** Lets all subscriptions that are other than wanted end with their periods, or go on; answers which, where it only looks. */
async function setEnds(before: Before, end: 'period_end' | 'never'): Promise<readonly SubscriptionRow[]> {
  const { billing, dryRun, key } = before
  const customerId = await knownCustomer(before)
  await billing.sync(customerId)
  const { row, live } = await subscriptionsOf(before)
  if (live.length === 0) throw new OperationError('not_found', 'You pay for nothing; see “billing show”.')
  const others = live.filter(({ ends_at }) => (ends_at === null) !== (end === 'never'))
  if (dryRun) return others.map((one) => ({ ...one, ends_at: end === 'never' ? null : one.period_end }))
  if (end === 'period_end' && row?.checkout_id) await endPage(before, row.checkout_id)
  for (const { id } of others) {
    await billing.payments.setEnd(customerId, id, end, `${end} ${id} ${key}`)
  }
  await billing.sync(customerId)
  return []
}

/** How it stands once that is done, also where it is only looked at. */
async function ended({ actor, store, now, dryRun }: Context, would: readonly SubscriptionRow[] = []) {
  if (dryRun) await suppose(store, actor.id, would)
  return summaryOf(store, actor, now)
}

/** Ends the page that could still be paid. Where the provider refuses that, what is paid for ends all the same. */
async function endPage({ billing }: Before, checkoutId: string): Promise<void> {
  await billing.payments.endCheckout(checkoutId).catch((error) => {
    if (!(error instanceof OperationError) || error.code === 'unavailable') throw error
  })
}

export const cancelBilling = defineOperation({
  name: 'billing.cancel',
  summary: 'Let what you pay for end with the period that is paid.',
  description: 'Until then you keep everything, and “billing resume” takes it back. Nothing is deleted when it ends.',
  access: 'member',
  effect: 'write',
  input: z.object({}),
  output: Summary,
  errors: ['not_found', 'conflict', 'unavailable'],
  before: (_input, before) => setEnds(before, 'period_end'),
  async handle(_input, context, would) {
    const { dryRun, store, actor } = context
    if (dryRun) await store.billing.change(actor.id, { checkout_id: null, checkout_url: null })
    return ended(context, would)
  },
})

export const resumeBilling = defineOperation({
  name: 'billing.resume',
  summary: 'Let go on what was to end.',
  access: 'member',
  effect: 'write',
  input: z.object({}),
  output: Summary,
  errors: ['not_found', 'conflict', 'unavailable'],
  before: (_input, before) => setEnds(before, 'never'),
  handle: (_input, context, would) => ended(context, would),
})
