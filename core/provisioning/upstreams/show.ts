import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { findUpstream } from './find.ts'
import { OfBouncer, Upstream, UpstreamName } from './upstream.ts'
import { upstreamOf } from './upstream-store.ts'

export const showUpstream = defineOperation({
  name: 'upstream.show',
  summary: 'Show an upstream: connected or not, since when, its last error.',
  access: 'member',
  effect: 'read',
  positional: ['name'],
  input: z.object({ name: UpstreamName, bouncer: OfBouncer }),
  output: Upstream,
  errors: ['not_found'],
  examples: ['libera'],
  async handle({ name, bouncer: of }, context) {
    const { bouncer, row } = await findUpstream(context, of, name)
    return upstreamOf(row, bouncer)
  },
})
