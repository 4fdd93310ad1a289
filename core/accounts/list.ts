import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { Account } from './account.ts'
import { accountOf } from './account-store.ts'

export const listAccounts = defineOperation({
  name: 'account.list',
  summary: 'List all accounts.',
  access: 'ops',
  effect: 'read',
  input: z.object({}),
  output: z.object({ items: z.array(Account) }),
  errors: [],
  columns: ['name', 'role', 'plan', 'status', 'createdAt'],
  async handle(_input, { store }) {
    return { items: (await store.accounts.list()).map(accountOf) }
  },
})
