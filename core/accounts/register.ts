import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { Account, AccountName, Email, SignInPassword } from './account.ts'
import { accountOf } from './account-store.ts'
import { openAccount } from './open.ts'
import { hashPassword } from './password-hash.ts'

/**
 * Signing up. Not in the catalogue: it belongs to the page that the front ends lead to, because there a person types
 * the password, and nobody is signed in yet.
 */
export const registerAccount = defineOperation({
  name: 'account.register',
  summary: 'Create your account.',
  access: 'anyone',
  effect: 'write',
  input: z.object({
    name: AccountName,
    email: Email.nullable(),
    password: SignInPassword,
  }),
  output: Account,
  errors: ['name_taken'],
  before: async ({ password }, { dryRun }) => (dryRun ? null : hashPassword(password)),
  async handle({ name, email }, context, passwordHash) {
    const row = await openAccount(context, { name, email, role: 'member' })
    if (passwordHash) await context.store.accounts.setCredential(row.id, passwordHash, context.now)
    context.event(`account/${row.name}`, 'account.created', 'The account was created.', row.id)
    return accountOf(row)
  },
})
