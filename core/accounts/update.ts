import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { Account, Email, oneLine, SignInPassword } from './account.ts'
import { accountOf } from './account-store.ts'
import { hashPassword } from './password-hash.ts'
import { assertUnscoped } from './tokens/token.ts'

export const updateAccount = defineOperation({
  name: 'account.update',
  summary: 'Change your display name, e-mail address or sign-in password.',
  description:
    'A new password ends your sign-ins in browsers and terminals; app passwords and personal access tokens stay.',
  access: 'member',
  effect: 'write',
  input: z.object({
    displayName: oneLine(64).nullable().optional().describe('How pages call you; empty for none.'),
    email: Email.nullable().optional().describe('Where we can reach you; empty for none.'),
    password: SignInPassword.optional().describe('A new sign-in password, for pages and “irc-now login”.'),
  }),
  output: Account,
  errors: ['not_allowed'],
  examples: ['--email alice@example.org'],
  prepare: async ({ password }) => (password === undefined ? null : hashPassword(password)),
  async handle({ displayName, email, password }, { actor, store, event, now }, passwordHash) {
    const columns = {
      ...(displayName === undefined ? {} : { display_name: displayName }),
      ...(email === undefined ? {} : { email }),
    }
    if (Object.keys(columns).length > 0) await store.accounts.update(actor.id, columns)
    if (password !== undefined) assertUnscoped(actor.scopes)
    if (passwordHash) {
      await store.accounts.setCredential(actor.id, passwordHash, now)
      await store.oidc.deleteAccount(actor.id)
    }
    await event(`account/${actor.name}`, 'account.updated', 'The account was changed.')
    return accountOf((await store.accounts.byId(actor.id))!)
  },
})
