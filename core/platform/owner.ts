import type { AccountRow } from '../accounts/account-store.ts'
import { openAccount } from '../accounts/open.ts'
import { OperationError } from '../operation/errors.ts'
import type { Runtime } from '../operation/runtime.ts'

/** The account of whoever runs the machine; opened at the first start, by whichever process comes first. */
export async function openOwner(runtime: Runtime, name: string): Promise<AccountRow> {
  const find = () => runtime.transaction((store) => store.accounts.byName(name))
  const known = await find()
  if (known && known.role !== 'ops') {
    throw new OperationError(
      'conflict',
      `The account “${name}” is a member’s, so whoever runs this machine can’t be it; run it as another user.`,
    )
  }
  if (known) return known
  try {
    return await runtime.transaction((store) =>
      openAccount(
        { store, now: runtime.now(), random: runtime.random },
        { name, email: null, role: 'ops', reserved: true },
      ),
    )
  } catch (error) {
    const made = error instanceof OperationError && error.code === 'name_taken' ? await find() : undefined
    if (!made) throw error
    return made
  }
}
