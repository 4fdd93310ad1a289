import { z } from 'zod'
import { defineOperation } from '../../../operation/define.ts'
import { OperationError } from '../../../operation/errors.ts'
import { BouncerName } from '../bouncer.ts'
import { findBouncer } from '../find.ts'
import { Hostname, hostnameOf } from './hostname.ts'

export const verifyHostname = defineOperation({
  name: 'bouncer.hostname.verify',
  summary: 'Look at the DNS records of a bouncer’s host name at once.',
  access: 'member',
  effect: 'write',
  positional: ['name'],
  input: z.object({ name: BouncerName.default('main') }),
  output: Hostname,
  errors: ['not_found', 'conflict'],
  examples: ['', 'work'],
  settle: { show: 'bouncer.hostname.show', by: ['name'], until: 'applied' },
  async handle({ name }, context) {
    const { store } = context
    const row = await findBouncer(context, name)
    if (row.hostname === null)
      throw new OperationError(
        'conflict',
        'It has no host name; give it one with “bouncer hostname set irc.example.org”.',
      )
    if (row.hostname_verified_at === null) {
      await store.bouncers.change(row.id, {})
      context.enqueue(`bouncer/${row.id}`)
    }
    return hostnameOf((await store.bouncers.byId(row.id))!, context)
  },
})
