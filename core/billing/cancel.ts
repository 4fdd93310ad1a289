import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { OperationError } from '../operation/errors.ts'
import type { Outer } from '../operation/outer.ts'
import { knownCustomer, subscriptionsOf } from './customer.ts'
import { keyOf } from './purchase.ts'
import { Summary, summaryOf } from './summary.ts'

/** Lets all subscriptions that are other than wanted end with their periods, or go on. */
async function setEnds(outer: Outer, end: 'period_end' | 'never'): Promise<null> {
  const customerId = await knownCustomer(outer)
  await outer.billing.sync(customerId)
  const { row, live } = await subscriptionsOf(outer)
  if (live.length === 0) throw new OperationError('not_found', 'You pay for nothing; see “billing show”.')
  if (outer.dryRun) return null
  if (end === 'period_end' && row?.checkout_id) await outer.billing.payments.endCheckout(row.checkout_id)
  for (const one of live) {
    if ((one.ends_at === null) === (end === 'never')) continue
    await outer.billing.payments.setEnd(customerId, one.id, end, keyOf(end, one, row!))
  }
  await outer.billing.sync(customerId)
  return null
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
  outside: (_input, outer) => setEnds(outer, 'period_end'),
  handle: (_input, { actor, store, now }) => summaryOf(store, actor, now),
})

export const resumeBilling = defineOperation({
  name: 'billing.resume',
  summary: 'Let go on what was to end.',
  access: 'member',
  effect: 'write',
  input: z.object({}),
  output: Summary,
  errors: ['not_found', 'conflict', 'unavailable'],
  outside: (_input, outer) => setEnds(outer, 'never'),
  handle: (_input, { actor, store, now }) => summaryOf(store, actor, now),
})
