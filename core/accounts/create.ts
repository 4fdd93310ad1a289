import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { Account, AccountName, Email } from './account.ts'
import { accountOf } from './account-store.ts'
import { openAccount } from './open.ts'

export const createAccount = defineOperation({
  name: 'account.create',
  summary: 'Create an account for somebody.',
  description:
    '“account invite” makes the link with which they set a password; app passwords and tokens can be created for them with --as.',
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
