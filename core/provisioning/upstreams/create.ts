import { z } from 'zod'
import { assertRoom } from '../../billing/room.ts'
import { defineOperation } from '../../operation/define.ts'
import { OperationError } from '../../operation/errors.ts'
import { findBouncer } from '../bouncers/find.ts'
import { followUpstream } from './find.ts'
import { addressColumns, assertApart, settingColumns } from './settings.ts'
import { Address, formatAddress, OfBouncer, settings, Upstream, UpstreamName } from './upstream.ts'
import { upstreamOf } from './upstream-store.ts'

export const createUpstream = defineOperation({
  name: 'upstream.create',
  summary: 'Connect a bouncer to another network.',
  access: 'member',
  effect: 'write',
  positional: ['name', 'address'],
  input: z.object({ name: UpstreamName, address: Address, bouncer: OfBouncer, ...settings }),
  output: Upstream,
  errors: ['not_found', 'name_taken', 'quota_reached', 'not_allowed', 'conflict'],
  examples: ['libera irc.libera.chat --channels "#irc-now,#soju"', 'oftc irc.oftc.net --sasl external'],
  settle: { show: 'upstream.show', by: ['bouncer', 'name'], until: 'working' },
  async handle(input, context) {
    const { store, random, now } = context
    const bouncer = await findBouncer(context, input.bouncer)
    const known = await store.upstreams.byName(bouncer.id, input.name)
    const address = addressColumns(context, input.address)
    if (known) {
      const same = formatAddress(known) === formatAddress(address) && !input.saslPassword && !input.pass && !input.sasl
      if (same && !known.managed) return upstreamOf(known, bouncer)
      throw new OperationError(
        'name_taken',
        `The bouncer has an upstream named “${input.name}”; change it with “upstream update”.`,
        { field: 'name' },
      )
    }
    await assertRoom(await context.entitlements(), 'upstreams', () => store.upstreams.count(context.actor.id))
    const nick = input.nick ?? bouncer.nick
    await assertApart(context, bouncer.id, input.name, { ...address, nick })
    await store.upstreams.insert({
      id: random(10).toString('hex'),
      bouncer_id: bouncer.id,
      name: input.name,
      managed: false,
      ...address,
      nick,
      ...settingColumns(context, input, null),
      created_at: now,
    })
    return (await followUpstream(
      context,
      bouncer.id,
      input.name,
      'upstream.created',
      `The upstream “${input.name}” is being added.`,
    ))!
  },
})
