import { z } from 'zod'
import { defineOperation } from '../../../operation/define.ts'
import { BouncerName } from '../bouncer.ts'
import { findBouncer } from '../find.ts'
import { HostName, Hostname, hostnameOf } from './hostname.ts'

export const setHostname = defineOperation({
  name: 'bouncer.hostname.set',
  summary: 'Give a bouncer a host name of your own.',
  description:
    'It answers with the DNS records to make. Once they are there, which is looked at by itself every half a minute, a bouncer with a service of its own (see “bouncer update --dedicated”) is reached by that name, with a certificate for it. A name that another bouncer has goes over to yours once the TXT record there is yours alone.',
  access: 'member',
  effect: 'write',
  positional: ['hostname', 'name'],
  input: z.object({ hostname: HostName, name: BouncerName.default('main') }),
  output: Hostname,
  errors: ['not_found'],
  examples: ['irc.example.org', 'irc.example.org work'],
  async handle({ hostname, name }, context) {
    const { store } = context
    const row = await findBouncer(context, name)
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
