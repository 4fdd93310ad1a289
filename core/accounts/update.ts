import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { Account, Email, oneLine } from './account.ts'
import { accountOf } from './account-store.ts'

export const updateAccount = defineOperation({
  name: 'account.update',
  summary: 'Change your display name or e-mail address.',
  access: 'member',
  effect: 'write',
  input: z.object({
    displayName: oneLine(64).nullable().optional().describe('How pages call you; empty for none.'),
    email: Email.nullable().optional().describe('Where we can reach you; empty for none.'),
  }),
  output: Account,
  errors: [],
  examples: ['--email alice@example.org'],
  async handle({ displayName, email }, { actor, store, event }) {
    await store.accounts.update(actor.id, {
      ...(displayName === undefined ? {} : { display_name: displayName }),
      ...(email === undefined ? {} : { email }),
    })
    await event(`account/${actor.name}`, 'account.updated', 'The account was changed.')
    return accountOf((await store.accounts.byId(actor.id))!)
  },
})
