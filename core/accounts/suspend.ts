import { z } from 'zod'
import type { Context } from '../operation/context.ts'
import { defineOperation } from '../operation/define.ts'
import { OperationError } from '../operation/errors.ts'
import { Account, AccountName, oneLine } from './account.ts'
import { accountOf } from './account-store.ts'
import { findAccount } from './find.ts'

async function setSuspension(context: Context, name: string, reason: string | null, at: Date | null) {
  const { actor, store, event, enqueue } = context
  const row = await findAccount(store, name)
  // What the member is doing right now ends before, or sees it.
  await store.accounts.lock(row.id)
  if (row.id === actor.id)
    throw new OperationError('conflict', 'You can’t suspend or resume yourself; ask another operator.')
  if ((row.suspended_at === null) !== (at === null)) {
    await store.accounts.change(row.id, { suspended_at: at, suspended_reason: reason }, at !== null)
    if (at) await store.oidc.deletePageSessions(row.id)
    for (const bouncer of await store.bouncers.list(row.id)) {
      await store.bouncers.change(bouncer.id, {}, { signOuts: at !== null })
      await enqueue(`bouncer/${bouncer.id}`)
    }
    await event(
      `account/${row.name}`,
      at ? 'account.suspended' : 'account.resumed',
      at ? 'The account was suspended.' : 'The account was resumed.',
      row.id,
    )
    await enqueue(`account/${row.id}`)
  }
  return accountOf((await store.accounts.byId(row.id))!)
}

export const suspendAccount = defineOperation({
  name: 'account.suspend',
  summary: 'Suspend an account: nothing is deleted, nobody gets in.',
  access: 'ops',
  effect: 'write',
  positional: ['name', 'reason'],
  input: z.object({ name: AccountName, reason: oneLine(200).optional().describe('Shown to the member.') }),
  output: Account,
  errors: ['not_found', 'conflict'],
  examples: ['alice "spam in #chat"'],
  handle: ({ name, reason }, context) => setSuspension(context, name, reason ?? null, context.now),
})

export const resumeAccount = defineOperation({
  name: 'account.resume',
  summary: 'Lift an account’s suspension.',
  access: 'ops',
  effect: 'write',
  positional: ['name'],
  input: z.object({ name: AccountName }),
  output: Account,
  errors: ['not_found', 'conflict'],
  examples: ['alice'],
  handle: ({ name }, context) => setSuspension(context, name, null, null),
})
