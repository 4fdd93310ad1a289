import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { OperationError } from '../../operation/errors.ts'
import { oneLine } from '../account.ts'
import { formatSecret, hashSecret } from '../secrets.ts'
import { allows, Scope, Token, tokenOf } from './token.ts'

export const TokenName = oneLine(64).min(1, 'Give it a name, such as the script it is for.').describe('What it is for.')

export const createToken = defineOperation({
  name: 'token.create',
  summary: 'Create a personal access token for scripts.',
  description: 'It is shown once; give it to scripts in IRC_NOW_TOKEN.',
  access: 'member',
  effect: 'write',
  positional: ['name'],
  input: z.object({
    name: TokenName,
    scopes: z
      .array(Scope)
      .min(1)
      .max(50)
      .default(['*:*'])
      .describe('What it may do, as noun:effect: bouncer:read, *:write, *:*.'),
    days: z.int().min(1).max(366).default(90).describe('Days until it expires.'),
  }),
  output: Token.extend({
    prefix: Token.shape.prefix.meta({ made: true }),
    token: z.string().meta({ secret: true }).describe('Shown once.'),
  }),
  errors: ['name_taken', 'not_allowed'],
  examples: ['ci --scopes bouncer:read,upstream:read --days 30'],
  async handle({ name, scopes, days }, { actor, store, random, now, event }) {
    if (await store.tokens.byName(actor.id, name)) {
      throw new OperationError('name_taken', `You have a token named “${name}”; revoke it or take another name.`, {
        field: 'name',
      })
    }
    const wider = scopes.find((scope) => !allowsAll(actor.scopes, scope))
    if (wider) {
      throw new OperationError(
        'not_allowed',
        `Your own token lacks the scope ${wider}, so it can’t give it; leave it out.`,
        { field: 'scopes' },
      )
    }
    const token = formatSecret('ircn_pat_', random(32))
    const row = {
      id: random(10).toString('hex'),
      account_id: actor.id,
      name,
      hash: hashSecret(token),
      prefix: token.slice(0, 13),
      scopes: JSON.stringify(scopes),
      created_at: now,
      expires_at: new Date(now.getTime() + days * 86_400_000),
      last_used_at: null,
    }
    await store.tokens.insert(row)
    await event(`token/${name}`, 'token.created', `The token “${name}” was created.`)
    return { ...tokenOf(row), token }
  },
})

/** Whether all that `scope` covers is covered by what the caller has. */
function allowsAll(scopes: readonly string[], scope: string): boolean {
  const [noun = '', effect = ''] = scope.split(':')
  return allows(scopes, noun, effect)
}
