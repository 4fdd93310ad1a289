import { z } from 'zod'
import { reviewAccount } from '../../billing/review.ts'
import { defineOperation } from '../../operation/define.ts'
import { OperationError } from '../../operation/errors.ts'
import { findUpstream, followUpstream } from './find.ts'
import { OfBouncer, Upstream, UpstreamName } from './upstream.ts'
import { upstreamOf } from './upstream-store.ts'

export const deleteUpstream = defineOperation({
  name: 'upstream.delete',
  summary: 'Remove a network from a bouncer, with its message history.',
  access: 'member',
  effect: 'destroy',
  confirm: 'name',
  positional: ['name'],
  input: z.object({ name: UpstreamName, bouncer: OfBouncer }),
  output: Upstream,
  errors: ['not_found', 'conflict'],
  examples: ['libera'],
  settle: { show: 'bouncer.show', by: ['bouncer'], until: 'applied' },
  async handle({ name, bouncer: of }, context) {
    const { bouncer, row } = await findUpstream(context, of, name)
    if (row.managed) {
      throw new OperationError(
        'conflict',
        `The platform itself keeps ${name}; turn it off with “upstream update ${name} --enabled no”.`,
        { field: 'name' },
      )
    }
    await context.store.upstreams.delete(row.id)
    // What the plan had no room for goes on.
    await reviewAccount(context.store, context.actor.id, context.now)
    await followUpstream(context, bouncer.id, name, 'upstream.deleted', `The upstream “${name}” is being removed.`)
    return upstreamOf(row, (await context.store.bouncers.byId(bouncer.id))!)
  },
})
