import type { AccountRow } from '../accounts/account-store.ts'
import { findAccount } from '../accounts/find.ts'
import { allows } from '../accounts/tokens/token.ts'
import type { Stores } from '../store/stores.ts'
import type { Actor, Caller } from './context.ts'
import type { AnyOperation } from './define.ts'
import { OperationError } from './errors.ts'

export const notSignedIn = () =>
  new OperationError('not_signed_in', 'Sign in first: “irc-now login”, or REGISTER and LOGIN with NowServ.')

const actorOf = (row: AccountRow, scopes: readonly string[]): Actor => ({
  id: row.id,
  name: row.name,
  role: row.role,
  plan: row.plan,
  keepsContent: row.keeps_content,
  scopes,
})

/** Who acts, and for which member: throws where the caller may not run the operation. */
export async function authorise(
  store: Stores,
  operation: Pick<AnyOperation, 'access'> & Partial<Pick<AnyOperation, 'noun' | 'effect'>>,
  caller: Caller,
): Promise<{ actor: Actor | null; member: Actor | null }> {
  const { accountId, accountName } = caller
  // Its answer is the same for everybody, so nobody is looked up.
  if (operation.access === 'anyone' && operation.effect === 'read' && caller.as === undefined) {
    assertScope(operation, caller)
    return { actor: null, member: null }
  }
  const claimed = accountName !== undefined || accountId !== null
  const row =
    accountName !== undefined
      ? await store.accounts.byName(accountName)
      : accountId === null
        ? undefined
        : await store.accounts.byId(accountId)
  if (claimed && (!row || row.deleted_at)) throw notSignedIn()
  if (!row) {
    if (operation.access !== 'anyone') throw notSignedIn()
    return { actor: null, member: null }
  }
  if (row.suspended_at) {
    throw new OperationError(
      'suspended',
      `This account is suspended${row.suspended_reason ? `: ${row.suspended_reason}` : ''}; write to the operators.`,
    )
  }
  assertScope(operation, caller)
  const actor = actorOf(row, caller.scopes)
  if (operation.access === 'ops' && actor.role !== 'ops') {
    throw new OperationError('not_allowed', 'Only the platform’s operators can do this.')
  }
  if (caller.as === undefined) return { actor, member: null }
  if (actor.role !== 'ops')
    throw new OperationError('not_allowed', 'Only the platform’s operators can act for somebody else.')
  if (operation.access === 'ops')
    throw new OperationError('not_allowed', 'This is done by operators as themselves; leave out --as.')
  const member = await findAccount(store, caller.as, 'as')
  return { actor, member: { ...actorOf(member, caller.scopes), role: 'member' } }
}

function assertScope({ noun, effect }: Partial<Pick<AnyOperation, 'noun' | 'effect'>>, { scopes }: Caller): void {
  // Following changes is no operation: its scopes decide which of them are told.
  if (noun === undefined || effect === undefined || allows(scopes, noun, effect)) return
  throw new OperationError('not_allowed', `This token lacks the scope ${noun}:${effect}; create one that has it.`)
}
