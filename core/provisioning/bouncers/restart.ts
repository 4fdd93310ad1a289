import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { Bouncer, BouncerName } from './bouncer.ts'
import { describeBouncer, findBouncer } from './find.ts'

export const restartBouncer = defineOperation({
  name: 'bouncer.restart',
  summary: 'Restart a bouncer: it leaves its networks and comes back.',
  access: 'member',
  effect: 'write',
  positional: ['name'],
  input: z.object({ name: BouncerName.default('main') }),
  output: Bouncer,
  errors: ['not_found'],
  examples: ['', 'work'],
  settle: { show: 'bouncer.show', by: ['name'], until: 'working' },
  async handle({ name }, context) {
    const row = await findBouncer(context, name)
    await context.store.bouncers.change(row.id, {}, { restarts: true })
    context.event(`bouncer/${name}`, 'bouncer.restarting', `The bouncer “${name}” restarts.`)
    context.enqueue(`bouncer/${row.id}`)
    return describeBouncer(context, row.id)
  },
})
