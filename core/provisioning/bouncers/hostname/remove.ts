import { z } from 'zod'
import { defineOperation } from '../../../operation/define.ts'
import { BouncerName } from '../bouncer.ts'
import { findBouncer } from '../find.ts'
import { Hostname, hostnameOf } from './hostname.ts'

export const removeHostname = defineOperation({
  name: 'bouncer.hostname.remove',
  summary: 'Take a bouncer’s own host name away; it is then reached by the common one alone.',
  access: 'member',
  effect: 'write',
  positional: ['name'],
  input: z.object({ name: BouncerName.default('main') }),
  output: Hostname,
  errors: ['not_found'],
  examples: ['', 'work'],
  async handle({ name }, context) {
    const { store } = context
    const row = await findBouncer(context, name)
    if (row.hostname !== null) {
      await store.bouncers.change(row.id, {
        hostname: null,
        hostname_verified_at: null,
        hostname_fingerprint: null,
        hostname_note: null,
      })
      context.event(`bouncer/${name}`, 'bouncer.updated', `The bouncer “${name}” is ${row.hostname} no more.`)
      context.enqueue(`bouncer/${row.id}`)
    }
    return hostnameOf((await store.bouncers.byId(row.id))!, context)
  },
})
