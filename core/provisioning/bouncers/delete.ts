import { z } from 'zod'
import { reviewAccount } from '../../billing/review.ts'
import { defineOperation } from '../../operation/define.ts'
import { Bouncer, BouncerName } from './bouncer.ts'
import { describeBouncer, findBouncer } from './find.ts'

export const deleteBouncer = defineOperation({
  name: 'bouncer.delete',
  summary: 'Delete a bouncer with its upstreams and message history.',
  access: 'member',
  effect: 'destroy',
  confirm: 'name',
  positional: ['name'],
  input: z.object({ name: BouncerName }),
  output: Bouncer,
  errors: ['not_found'],
  examples: ['main'],
  settle: { show: 'bouncer.show', by: ['name'], until: 'gone' },
  async handle({ name }, context) {
    const row = await findBouncer(context, name)
    await context.store.bouncers.change(row.id, { deleted_at: context.now })
    // What the plan had no room for goes on.
    await reviewAccount(context.store, context.actor.id, context.now)
    context.event(`bouncer/${name}`, 'bouncer.deleting', `The bouncer “${name}” is being deleted.`)
    context.enqueue(`bouncer/${row.id}`)
    return describeBouncer(context, row.id)
  },
})
