import { z } from 'zod'
import { defineOperation } from '../../../operation/define.ts'
import { BouncerName } from '../bouncer.ts'
import { findBouncer } from '../find.ts'
import { Hostname, hostnameOf } from './hostname.ts'

export const showHostname = defineOperation({
  name: 'bouncer.hostname.show',
  summary: 'Show a bouncer’s own host name, its DNS records, and what they lack.',
  access: 'member',
  effect: 'read',
  positional: ['name'],
  input: z.object({ name: BouncerName.default('main') }),
  output: Hostname,
  errors: ['not_found'],
  examples: ['', 'work'],
  async handle({ name }, context) {
    return hostnameOf(await findBouncer(context, name), context)
  },
})
