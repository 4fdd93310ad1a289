import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { BouncerName } from '../bouncers/bouncer.ts'
import { findBouncer } from '../bouncers/find.ts'
import { Upstream } from './upstream.ts'
import { upstreamOf } from './upstream-store.ts'

export const listUpstreams = defineOperation({
  name: 'upstream.list',
  summary: 'List the networks your bouncers connect to, live.',
  access: 'member',
  effect: 'read',
  positional: ['bouncer'],
  input: z.object({ bouncer: BouncerName.optional().describe('Only this bouncer’s.') }),
  output: z.object({ items: z.array(Upstream) }),
  errors: ['not_found'],
  columns: ['bouncer', 'name', 'address', 'status', 'nick'],
  examples: ['', 'main'],
  async handle({ bouncer }, context) {
    const { actor, store } = context
    const bouncers = bouncer ? [await findBouncer(context, bouncer)] : await store.bouncers.list(actor.id)
    const lists = await Promise.all(
      bouncers.map(async (one) => (await store.upstreams.list(one.id)).map((row) => upstreamOf(row, one))),
    )
    return { items: lists.flat() }
  },
})
