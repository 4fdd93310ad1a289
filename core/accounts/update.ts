import { z } from 'zod'
import type { Entitlements } from '../billing/entitlements.ts'
import { offerOf } from '../billing/plans.ts'
import { reviewAccount } from '../billing/review.ts'
import { defineOperation } from '../operation/define.ts'
import { OperationError } from '../operation/errors.ts'
import { Account, ContentExpiry, Email, oneLine, SignInPassword } from './account.ts'
import { accountOf } from './account-store.ts'
import { hashPassword } from './password-hash.ts'
import { assertUnscoped } from './tokens/token.ts'

export const updateAccount = defineOperation({
  name: 'account.update',
  summary: 'Change your display name, e-mail address, sign-in password, or how long what you publish stays.',
  description:
    'A new password ends your sign-ins in browsers and terminals and your open one-time links; app passwords and personal access tokens stay, and the answer says how many there are.',
  access: 'member',
  effect: 'write',
  input: z.object({
    displayName: oneLine(64).nullable().optional().describe('How pages call you; empty for none.'),
    email: Email.nullable().optional().describe('Where we can reach you; empty for none.'),
    contentExpiry: ContentExpiry.optional().describe(
      'How long what you publish from now on stays: as long as your plan says, or, with Pro, until you delete it.',
    ),
    password: SignInPassword.optional().describe('A new sign-in password, for pages and “irc-now login”.'),
  }),
  output: Account.extend({
    appPasswords: z.int().optional().describe('After a new password: how many app passwords still sign in.'),
    accessTokens: z.int().optional().describe('After a new password: how many personal access tokens still work.'),
    next: z.string().optional().describe('After a new password: how to look at these, and end them.'),
  }),
  errors: ['not_allowed', 'quota_reached'],
  examples: ['--email alice@example.org'],
  before: async ({ password }, { dryRun }) => (password === undefined || dryRun ? null : hashPassword(password)),
  async handle({ displayName, email, contentExpiry, password }, context, passwordHash) {
    const { actor, store, event, now } = context
    if (contentExpiry === 'never') assertKeeps(await context.entitlements())
    const columns = {
      ...(displayName === undefined ? {} : { display_name: displayName }),
      ...(email === undefined ? {} : { email }),
      ...(contentExpiry === undefined ? {} : { keeps_content: contentExpiry === 'never' }),
    }
    if (Object.keys(columns).length > 0) await store.accounts.update(actor.id, columns)
    // Others are told by the claims.
    if (contentExpiry !== undefined) await reviewAccount(store, actor.id, now)
    if (password !== undefined) assertUnscoped(actor.scopes)
    if (passwordHash) {
      await store.accounts.setCredential(actor.id, passwordHash, now)
      await store.oidc.deleteAccount(actor.id)
      // An open link is a way in as well: whoever has it sets a password, or makes one.
      await store.links.deleteAccount(actor.id)
    }
    await event(`account/${actor.name}`, 'account.updated', 'The account was changed.')
    const account = accountOf((await store.accounts.byId(actor.id))!)
    if (password === undefined) return account
    const appPasswords = (await store.passwords.list(actor.id)).length
    const accessTokens = (await store.tokens.list(actor.id)).filter(({ expires_at }) => expires_at > now).length
    return { ...account, appPasswords, accessTokens, ...nextOf(appPasswords, accessTokens) }
  },
})

function assertKeeps({ keepsForEver, plan }: Entitlements): void {
  if (keepsForEver) return
  throw new OperationError(
    'quota_reached',
    `By the ${offerOf(plan)?.title ?? plan} plan nothing stays for ever; “billing upgrade pro” changes that.`,
    { field: 'contentExpiry' },
  )
}

/** What a thief may still hold is for the owner to end: scripts and clients in use would end with it. */
function nextOf(appPasswords: number, accessTokens: number): { next?: string } {
  const nouns = [...(appPasswords > 0 ? ['password'] : []), ...(accessTokens > 0 ? ['token'] : [])]
  if (nouns.length === 0) return {}
  const commands = (verb: string) => nouns.map((noun) => `“${noun} ${verb}”`).join(' and ')
  const next = `They still sign in: see them with ${commands('list')}, end what may be in wrong hands with ${commands('revoke')}.`
  return { next }
}
