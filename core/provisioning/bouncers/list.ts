import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { Bouncer } from './bouncer.ts'
import { bouncerOf } from './bouncer-store.ts'

export const listBouncers = defineOperation({
  name: 'bouncer.list',
  summary: 'List your bouncers.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({ items: z.array(Bouncer) }),
  errors: [],
  columns: ['name', 'username', 'status', 'upstreams', 'nick'],
  async handle(_input, { actor, store }) {
    const rows = await store.bouncers.listWithUpstreams(actor.id)
    return {
      items: rows.map((row) => bouncerOf(row, row.upstreams)),
    }
  },
})
