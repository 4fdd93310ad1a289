import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { AccountName } from './account.ts'
import { findAccount } from './find.ts'
import { createOneTimeLink } from './one-time-link.ts'
import { assertUnscoped } from './tokens/token.ts'

const lifeMs = 3 * 24 * 60 * 60_000

export const inviteAccount = defineOperation({
  name: 'account.invite',
  summary: 'Make a link with which a member sets a sign-in password.',
  description:
    'For accounts made by “account create”, and for who forgot theirs. It works once, within three days, and ends the one before.',
  access: 'ops',
  effect: 'write',
  positional: ['name'],
  input: z.object({ name: AccountName }),
  output: z.object({
    name: z.string(),
    link: z
      .string()
      .meta({ secret: true, address: true, qr: true })
      .describe('Shown once; whoever has it becomes this member.'),
    expiresAt: z.string(),
  }),
  errors: ['not_found', 'not_allowed'],
  examples: ['alice'],
  async handle({ name }, context) {
    assertUnscoped(context.actor.scopes)
    const row = await findAccount(context.store, name)
    const page = {
      title: `Set your password, ${row.name}`,
      why: `This link is for the account “${row.name}”: choose the password with which you sign in. It works once.`,
      done: `Your password is set. Sign in with “irc-now login --url ${context.platform.httpUrl}” and the name ${row.name}.`,
    }
    // Of two operators at once, the later one sees the other's link.
    await context.store.accounts.lock(row.id)
    // Whoever has an older one would become this member with it.
    await context.store.links.deleteOf(row.id, 'account.update')
    const link = { accountId: row.id, operation: 'account.update', request: { input: {}, page }, lifeMs }
    const { url, expiresAt } = await createOneTimeLink(context.store, context, link)
    return { name: row.name, link: url, expiresAt: expiresAt.toISOString() }
  },
})
