import { OperationError } from '../operation/errors.ts'
import type { Stores } from '../store/stores.ts'
import { isReservedName } from './account.ts'
import type { AccountRow } from './account-store.ts'

/** Opens an account; throws `name_taken`. `reserved` names are only for who runs the machine. */
export async function openAccount(
  { store, now, random }: { store: Stores; now: Date; random(bytes: number): Buffer },
  wanted: { name: string; email: string | null; role: 'member' | 'ops'; reserved?: boolean },
): Promise<AccountRow> {
  const id = random(10).toString('hex')
  const free =
    (wanted.reserved || !isReservedName(wanted.name)) &&
    (await store.accounts.insert({
      id,
      name: wanted.name,
      role: wanted.role,
      plan: wanted.role === 'ops' ? 'ops' : 'free',
      email: wanted.email,
      display_name: null,
      created_at: now,
    }))
  if (!free)
    throw new OperationError('name_taken', `The name “${wanted.name}” is taken; try another.`, { field: 'name' })
  store.wake(`reconcile account/${id}`)
  return (await store.accounts.byId(id))!
}
