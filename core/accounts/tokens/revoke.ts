import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { notFound } from '../../operation/errors.ts'
import { TokenName } from './create.ts'
import { Token, tokenOf } from './token.ts'

export const revokeToken = defineOperation({
  name: 'token.revoke',
  summary: 'Revoke a personal access token.',
  access: 'member',
  effect: 'destroy',
  confirm: 'name',
  positional: ['name'],
  input: z.object({ name: TokenName }),
  output: Token,
  errors: ['not_found'],
  examples: ['ci'],
  async handle({ name }, { actor, store, event }) {
    const row = await store.tokens.byName(actor.id, name)
    if (!row) throw notFound('token', name)
    await store.tokens.delete(row.id)
    await event(`token/${name}`, 'token.revoked', `The token “${name}” was revoked.`)
    return tokenOf(row)
  },
})
