import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { OperationError } from '../../operation/errors.ts'
import { findUpstream, followUpstream } from './find.ts'
import { addressColumns, assertApart, settingColumns } from './settings.ts'
import { Address, OfBouncer, settings, Upstream, UpstreamName } from './upstream.ts'

const ours = new Set(['nick', 'realname', 'channels', 'enabled', 'name', 'bouncer'])

export const updateUpstream = defineOperation({
  name: 'upstream.update',
  summary: 'Change how a bouncer connects to a network.',
  description: 'What is not given stays; an empty value clears.',
  access: 'member',
  effect: 'write',
  positional: ['name'],
  input: z.object({ name: UpstreamName, bouncer: OfBouncer, address: Address.optional(), ...settings }),
  output: Upstream,
  errors: ['not_found', 'not_allowed', 'conflict'],
  examples: ['libera --nick alice2', 'libera --enabled no'],
  settle: { show: 'upstream.show', by: ['bouncer', 'name'], until: 'working' },
  async handle(input, context) {
    const { bouncer, row } = await findUpstream(context, input.bouncer, input.name)
    const foreign = Object.keys(input).find((key) => !ours.has(key))
    if (row.managed && foreign) {
      throw new OperationError(
        'conflict',
        `The platform itself signs in on ${row.name}; nick, realname, channels and enabled are yours to change.`,
        { field: foreign },
      )
    }
    const place = {
      ...(input.address === undefined ? {} : addressColumns(context, input.address)),
      ...(input.nick === undefined ? {} : { nick: input.nick ?? bouncer.nick }),
    }
    await assertApart(context, bouncer.id, row.name, { ...row, ...place })
    await context.store.upstreams.update(row.id, {
      ...place,
      ...(row.managed
        ? {
            ...(input.realname === undefined ? {} : { realname: input.realname }),
            ...(input.channels === undefined ? {} : { channels: JSON.stringify([...new Set(input.channels)]) }),
            ...(input.enabled === undefined ? {} : { enabled: input.enabled }),
          }
        : settingColumns(context, input, row)),
    })
    return (await followUpstream(
      context,
      bouncer.id,
      row.name,
      'upstream.updated',
      `The upstream “${row.name}” is being changed.`,
    ))!
  },
})
