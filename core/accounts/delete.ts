import { z } from 'zod'
import { queueCancel } from '../billing/outbox.ts'
import { defineOperation } from '../operation/define.ts'
import { OperationError } from '../operation/errors.ts'
import type { Stores } from '../store/stores.ts'
import { Account } from './account.ts'
import { accountOf } from './account-store.ts'

export const deleteAccount = defineOperation({
  name: 'account.delete',
  summary: 'Delete your account with everything in it.',
  description:
    'Bouncers, their history, pastes, pictures, passwords and tokens go with it. The name becomes free again.',
  access: 'member',
  effect: 'destroy',
  confirm: 'account',
  input: z.object({}),
  output: Account,
  errors: ['conflict'],
  async handle(_input, { actor, store, event, enqueue, now }) {
    // Asked of the row: who is acted for by an operator acts as a member.
    if ((await store.accounts.byId(actor.id))!.role === 'ops') await assertNotLast(store, actor.id)
    for (const bouncer of await store.bouncers.list(actor.id)) {
      await store.bouncers.change(bouncer.id, { deleted_at: bouncer.deleted_at ?? now })
      await enqueue(`bouncer/${bouncer.id}`)
    }
    const billing = await store.billing.byAccount(actor.id)
    // Nobody pays for an account that is gone; the provider is told as soon as it can be.
    if (billing?.customer_id) await queueCancel(store, billing.customer_id, { checkoutId: billing.checkout_id }, now)
    await store.pastes.deleteOf(actor.id)
    await store.pictures.deleteOf(actor.id)
    for (const password of await store.passwords.list(actor.id)) await store.passwords.delete(password.id)
    for (const token of await store.tokens.list(actor.id)) await store.tokens.delete(token.id)
    await store.accounts.change(actor.id, { deleted_at: now }, true)
    await event(`account/${actor.name}`, 'account.deleting', 'The account is being deleted.')
    await enqueue(`account/${actor.id}`)
    return accountOf((await store.accounts.byId(actor.id))!)
  },
})

/** Throws where nobody would be left who may do what operators do; of two who go at once, the other sees it. */
async function assertNotLast(store: Stores, id: string): Promise<void> {
  const operators = await store.accounts.lockOperators()
  if (operators.some((row) => row.id !== id && !row.deleted_at && !row.suspended_at)) return
  throw new OperationError(
    'conflict',
    'You are the last operator; make another first with “account create NAME --role ops”.',
  )
}
