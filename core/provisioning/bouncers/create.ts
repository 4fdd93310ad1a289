import { z } from 'zod'
import { assertRoom } from '../../billing/room.ts'
import { defineOperation } from '../../operation/define.ts'
import { OperationError } from '../../operation/errors.ts'
import { ownNetwork } from '../upstreams/upstream.ts'
import { Bouncer, BouncerName, Nick, Realname, usernameOf } from './bouncer.ts'
import { describeBouncer } from './find.ts'

export const createBouncer = defineOperation({
  name: 'bouncer.create',
  summary: 'Create a bouncer.',
  description:
    'It stays on net.irc.now for you, signed in as your account; add other networks with “upstream create”. Created twice, it is still one.',
  access: 'member',
  effect: 'write',
  positional: ['name'],
  input: z.object({
    name: BouncerName.default('main'),
    nick: Nick.optional().describe('The nick to use; your account’s name when absent.'),
    realname: Realname.optional(),
  }),
  output: Bouncer,
  errors: ['quota_reached', 'name_taken', 'conflict'],
  examples: ['', 'work --nick alice2'],
  settle: { show: 'bouncer.show', by: ['name'], until: 'working' },
  async handle({ name, nick, realname }, context) {
    const { actor, store, now, random, event, enqueue } = context
    const known = await store.bouncers.byName(actor.id, name)
    if (known?.deleted_at) {
      throw new OperationError('conflict', `The bouncer “${name}” is still being deleted; try again in a moment.`, {
        field: 'name',
      })
    }
    if (known) {
      const same =
        (nick === undefined || nick === known.nick) && (realname === undefined || realname === known.realname)
      if (same) return describeBouncer(context, known.id)
      throw new OperationError(
        'name_taken',
        `You have a bouncer named “${name}” with other settings; change it with “bouncer update”.`,
        { field: 'name' },
      )
    }
    const held = (await store.bouncers.list(actor.id)).filter((row) => !row.deleted_at)
    await assertRoom(await context.entitlements(), 'bouncers', async () => held.length)
    const id = random(10).toString('hex')
    await store.bouncers.insert({
      id,
      account_id: actor.id,
      name,
      username: usernameOf(actor.name, name),
      nick: nick ?? actor.name,
      realname: realname ?? '',
      enabled: true,
      created_at: now,
    })
    await store.upstreams.insert({
      id: random(10).toString('hex'),
      bouncer_id: id,
      name: ownNetwork,
      managed: true,
      // Where it is reached from the bouncer is the platform's to know at each application.
      host: ownNetwork,
      port: context.platform.ircs.port,
      tls: true,
      nick: nick ?? actor.name,
      sasl: 'plain',
      sasl_username: actor.name,
      channels: '[]',
      enabled: true,
      created_at: now,
    })
    await event(`bouncer/${name}`, 'bouncer.created', `The bouncer “${name}” is being created.`)
    await enqueue(`bouncer/${id}`)
    return describeBouncer(context, id)
  },
})
