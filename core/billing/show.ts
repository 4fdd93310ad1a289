import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { Summary, summaryOf } from './summary.ts'

export const showBilling = defineOperation({
  name: 'billing.show',
  summary: 'Show what you pay for, and how that stands.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: Summary,
  errors: [],
  handle: (_input, { actor, store, now }) => summaryOf(store, actor, now),
})
