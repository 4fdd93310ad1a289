import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { Account, AccountName, Email } from './account.ts'
import { accountOf } from './account-store.ts'
import { openAccount } from './open.ts'

export const createAccount = defineOperation({
  name: 'account.create',
  summary: 'Create an account for somebody.',
  description: 'It has no sign-in of its own; create app passwords and tokens for it with --as.',
  access: 'ops',
  effect: 'write',
  positional: ['name'],
  input: z.object({
    name: AccountName,
    email: Email.optional().describe('Where we can reach them.'),
    role: z.enum(['member', 'ops']).default('member').describe('ops may do everything.'),
  }),
  output: Account,
  errors: ['name_taken'],
  examples: ['alice --email alice@example.org'],
  async handle({ name, email, role }, context) {
    return accountOf(await openAccount(context, { name, email: email ?? null, role }))
  },
})
