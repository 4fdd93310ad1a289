import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { notFound } from '../../operation/errors.ts'
import { Bouncer, BouncerName } from './bouncer.ts'
import { describeBouncer } from './find.ts'

export const showBouncer = defineOperation({
  name: 'bouncer.show',
  summary: 'Show a bouncer and how it is.',
  access: 'member',
  effect: 'read',
  positional: ['name'],
  input: z.object({ name: BouncerName.default('main') }),
  output: Bouncer,
  errors: ['not_found'],
  examples: ['', 'work'],
  async handle({ name }, context) {
    const row = await context.store.bouncers.byName(context.actor.id, name)
    if (!row) throw notFound('bouncer', name)
    return describeBouncer(context, row.id)
  },
})
