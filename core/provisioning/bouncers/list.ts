import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { Bouncer } from './bouncer.ts'
import { describeBouncer } from './find.ts'

export const listBouncers = defineOperation({
  name: 'bouncer.list',
  summary: 'List your bouncers.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({ items: z.array(Bouncer) }),
  errors: [],
  columns: ['name', 'username', 'status', 'upstreams', 'nick'],
  async handle(_input, context) {
    const rows = await context.store.bouncers.list(context.actor.id)
    return { items: await Promise.all(rows.map(({ id }) => describeBouncer(context, id))) }
  },
})
