import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { OperationError } from '../../operation/errors.ts'
import { formatSecret, hashSecret } from '../secrets.ts'
import { assertUnscoped } from '../tokens/token.ts'
import { AppPassword, appPasswordOf, PasswordName } from './password.ts'

export const createPassword = defineOperation({
  name: 'password.create',
  summary: 'Create an app password for an IRC client.',
  description: 'It is shown once. One a client, so that a lost device can be revoked alone.',
  access: 'member',
  effect: 'write',
  positional: ['name'],
  input: z.object({
    name: PasswordName,
    scope: z
      .enum(['irc', 'bouncer', 'network'])
      .default('irc')
      .describe('Where it works: irc is both, the bouncer and net.irc.now.'),
  }),
  output: AppPassword.extend({
    prefix: AppPassword.shape.prefix.meta({ made: true }),
    password: z.string().meta({ secret: true }).describe('Shown once.'),
  }),
  errors: ['name_taken', 'not_allowed'],
  examples: ['phone', 'weechat --scope bouncer'],
  async handle({ name, scope }, { actor, store, random, now, event }) {
    assertUnscoped(actor.scopes)
    if (await store.passwords.byName(actor.id, name)) {
      throw new OperationError(
        'name_taken',
        `You have an app password named “${name}”; revoke it or take another name.`,
        { field: 'name' },
      )
    }
    const password = formatSecret('ircn_app_', random(32))
    const row = {
      id: random(10).toString('hex'),
      account_id: actor.id,
      name,
      hash: hashSecret(password),
      prefix: password.slice(0, 13),
      scope,
      created_at: now,
      last_used_at: null,
      last_used_by: null,
    }
    await store.passwords.insert(row)
    await event(`password/${name}`, 'password.created', `The app password “${name}” was created.`)
    return { ...appPasswordOf(row), password }
  },
})
