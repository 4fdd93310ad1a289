import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { notFound } from '../../operation/errors.ts'
import { Bouncer, BouncerName } from './bouncer.ts'
import { bouncerOf } from './bouncer-store.ts'

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
    // Asked for by its id anew it could be gone by then.
    return bouncerOf(row, await context.store.upstreams.list(row.id))
  },
})
