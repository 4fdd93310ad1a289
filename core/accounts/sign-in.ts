import { OperationError } from '../operation/errors.ts'
import type { Runtime } from '../operation/runtime.ts'
import { AccountName, nameKey } from './account.ts'
import type { AccountRow } from './account-store.ts'
import { verifyPassword } from './password-hash.ts'
import type { ThrottleRule } from './throttle-store.ts'

const minute = 60_000

/**
 * What guessing costs. The name alone is counted loosely: a stranger's guesses from elsewhere must not lock somebody
 * out for long.
 */
const rulesOf = (name: string, address: string): readonly [ThrottleRule, ThrottleRule, ThrottleRule] => [
  { key: `sign-in/both ${nameKey(name)} ${address}`, free: 5, longestMs: 15 * minute },
  { key: `sign-in/name ${nameKey(name)}`, free: 50, longestMs: minute },
  { key: `sign-in/address ${address}`, free: 50, longestMs: 15 * minute },
]

const wait = (ms: number) =>
  new OperationError('rate_limited', `Too many tries; wait ${Math.ceil(ms / 1000)} s and try again.`, {
    details: { retryAfter: Math.ceil(ms / 1000) },
  })

/** Signs a person in by name and password; throws `wrong_credentials`, `suspended` or `rate_limited`. */
export async function signIn(
  { transaction, now }: Pick<Runtime, 'transaction' | 'now'>,
  { name, password, address }: { readonly name: string; readonly password: string; readonly address: string },
): Promise<AccountRow> {
  // Names that can't be are one name to the throttle: nobody's counter, and nothing that a database would refuse.
  const known = AccountName.safeParse(name)
  const rules = rulesOf(known.success ? known.data : '', address)
  const { waitMs, account, hash } = await transaction(async (store) => {
    const waitMs = await store.throttles.take(rules, now())
    const account = known.success ? await store.accounts.byName(known.data) : undefined
    const credential = account && (await store.accounts.credential(account.id))
    return { waitMs, account, hash: credential?.password_hash ?? null }
  })
  if (waitMs > 0) throw wait(waitMs)
  // Outside the transaction: hashing takes its time, and others want the database meanwhile.
  const right = password.length <= 200 && (await verifyPassword(password, hash))
  if (!right || !account || account.deleted_at) {
    throw new OperationError('wrong_credentials', 'The name or the password is wrong; try again.')
  }
  await transaction(async (store) => {
    const [pair, byName, byAddress] = rules
    await store.throttles.clear([pair.key, byName.key])
    await store.throttles.giveBack(byAddress.key, now())
  })
  if (account.suspended_at) {
    throw new OperationError('suspended', 'This account is suspended; write to the operators.')
  }
  return account
}

/** Counts a sign-up from an address; throws `rate_limited` where there were too many. */
export async function countSignUp({ transaction, now }: Pick<Runtime, 'transaction' | 'now'>, address: string) {
  const rule = { key: `sign-up/address ${address}`, free: 20, longestMs: 60 * minute }
  const waitMs = await transaction((store) => store.throttles.take([rule], now()))
  if (waitMs > 0) throw wait(waitMs)
}
