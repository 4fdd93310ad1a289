import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { AppPassword, appPasswordOf } from './password.ts'

export const listPasswords = defineOperation({
  name: 'password.list',
  summary: 'List your app passwords and when they were last used.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({ items: z.array(AppPassword) }),
  errors: [],
  columns: ['name', 'scope', 'prefix', 'createdAt', 'lastUsedAt', 'lastUsedBy'],
  async handle(_input, { actor, store }) {
    return { items: (await store.passwords.list(actor.id)).map(appPasswordOf) }
  },
})
