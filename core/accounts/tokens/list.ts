import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { Token, tokenOf } from './token.ts'

export const listTokens = defineOperation({
  name: 'token.list',
  summary: 'List your personal access tokens.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({ items: z.array(Token) }),
  errors: [],
  columns: ['name', 'scopes', 'prefix', 'expiresAt', 'lastUsedAt'],
  async handle(_input, { actor, store }) {
    return { items: (await store.tokens.list(actor.id)).map(tokenOf) }
  },
})
