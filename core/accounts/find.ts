import { OperationError } from '../operation/errors.ts'
import type { Stores } from '../store/stores.ts'
import type { AccountRow } from './account-store.ts'

/** Somebody's account, for operators; throws `not_found`, also for one that is being deleted. */
export async function findAccount(store: Stores, name: string, field: 'name' | 'as' = 'name'): Promise<AccountRow> {
  const row = await store.accounts.byName(name)
  if (row && !row.deleted_at) return row
  throw new OperationError('not_found', 'There is no account of that name; see “account list”.', { field })
}
