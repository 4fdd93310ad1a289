import { z } from 'zod'
import { defineOperation } from '../../../operation/define.ts'
import { OperationError } from '../../../operation/errors.ts'
import { BouncerName } from '../bouncer.ts'
import { findBouncer } from '../find.ts'
import { HostName, Hostname, hostnameOf } from './hostname.ts'

export const setHostname = defineOperation({
  name: 'bouncer.hostname.set',
  summary: 'Give a bouncer a host name of your own.',
  description:
    'It answers with the DNS records to make. Once they are there, which is looked at by itself every half a minute, a bouncer with a service of its own (see “bouncer update --dedicated”) is reached by that name, with a certificate for it.',
  access: 'member',
  effect: 'write',
  positional: ['hostname', 'name'],
  input: z.object({ hostname: HostName, name: BouncerName.default('main') }),
  output: Hostname,
  errors: ['not_found', 'name_taken'],
  examples: ['irc.example.org', 'irc.example.org work'],
  async handle({ hostname, name }, context) {
    const { store } = context
    const row = await findBouncer(context, name)
    const taken = await store.bouncers.byHostname(hostname)
    if (taken && taken.id !== row.id)
      throw new OperationError(
        'name_taken',
        `The host name ${hostname} belongs to another bouncer; take another one.`,
        {
          field: 'hostname',
        },
      )
    if (row.hostname === hostname) return hostnameOf(row, context)
    await store.bouncers.change(row.id, {
      hostname,
      hostname_verified_at: null,
      hostname_fingerprint: null,
      hostname_note: null,
    })
    context.event(`bouncer/${name}`, 'bouncer.updated', `The bouncer “${name}” is to be ${hostname}.`)
    context.enqueue(`bouncer/${row.id}`)
    return hostnameOf((await store.bouncers.byId(row.id))!, context)
  },
})
