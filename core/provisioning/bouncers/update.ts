import { z } from 'zod'
import { reviewAccount } from '../../billing/review.ts'
import { defineOperation } from '../../operation/define.ts'
import { Bouncer, BouncerName, Nick, Realname } from './bouncer.ts'
import { allowedPlacement } from './bouncer-store.ts'
import { assertDedicated } from './dedicated.ts'
import { describeBouncer, findBouncer } from './find.ts'

export const updateBouncer = defineOperation({
  name: 'bouncer.update',
  summary: 'Change a bouncer: nick, real name, on or off, a service of its own.',
  access: 'member',
  effect: 'write',
  positional: ['name'],
  input: z.object({
    name: BouncerName.default('main'),
    nick: Nick.optional(),
    realname: Realname.optional(),
    dedicated: z
      .boolean()
      .optional()
      .describe('On a bouncer service of its own. It moves with all it has, and is away for some seconds.'),
    enabled: z.boolean().optional().describe('Off leaves all networks and lets no client in; nothing is lost.'),
  }),
  output: Bouncer,
  errors: ['not_found', 'quota_reached'],
  examples: ['--nick alice2', 'main --enabled no', '--dedicated'],
  settle: { show: 'bouncer.show', by: ['name'], until: 'working' },
  async handle({ name, nick, realname, enabled, dedicated }, context) {
    const row = await findBouncer(context, name)
    if (dedicated && allowedPlacement(row) !== 'dedicated') await assertDedicated(context)
    await context.store.bouncers.change(row.id, {
      ...(nick === undefined ? {} : { nick }),
      ...(realname === undefined ? {} : { realname }),
      ...(enabled === undefined ? {} : { enabled }),
      ...(dedicated === undefined ? {} : { placement: dedicated ? 'dedicated' : 'shared', over_dedicated: false }),
    })
    // Another one may have the room that this one has left.
    if (dedicated === false) await reviewAccount(context.store, context.actor.id, context.now)
    context.event(`bouncer/${name}`, 'bouncer.updated', `The bouncer “${name}” is being changed.`)
    context.enqueue(`bouncer/${row.id}`)
    return describeBouncer(context, row.id)
  },
})
