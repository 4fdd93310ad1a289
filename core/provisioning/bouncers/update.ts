import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { Bouncer, BouncerName, Nick, Realname } from './bouncer.ts'
import { describeBouncer, findBouncer } from './find.ts'

export const updateBouncer = defineOperation({
  name: 'bouncer.update',
  summary: 'Change a bouncer: nick, real name, on or off.',
  access: 'member',
  effect: 'write',
  positional: ['name'],
  input: z.object({
    name: BouncerName.default('main'),
    nick: Nick.optional(),
    realname: Realname.optional(),
    enabled: z.boolean().optional().describe('Off leaves all networks and lets no client in; nothing is lost.'),
  }),
  output: Bouncer,
  errors: ['not_found'],
  examples: ['--nick alice2', 'main --enabled no'],
  settle: { show: 'bouncer.show', by: ['name'], until: 'working' },
  async handle({ name, nick, realname, enabled }, context) {
    const row = await findBouncer(context, name)
    await context.store.bouncers.change(row.id, {
      ...(nick === undefined ? {} : { nick }),
      ...(realname === undefined ? {} : { realname }),
      ...(enabled === undefined ? {} : { enabled }),
    })
    await context.event(`bouncer/${name}`, 'bouncer.updated', `The bouncer “${name}” is being changed.`)
    await context.enqueue(`bouncer/${row.id}`)
    return describeBouncer(context, row.id)
  },
})
