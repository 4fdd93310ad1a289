import { OperationError } from '../operation/errors.ts'
import type { Runtime } from '../operation/runtime.ts'
import type { Stores } from '../store/stores.ts'
import type { Payments } from './payments.port.ts'

/** The setting that tells whose payments this database has: `sandbox`, or `stripe live acct_1`. */
export const paymentsSetting = 'payments'

export const sandboxPlace = 'sandbox'
/** Where Stripe takes them: its mode and our account there. */
export const stripePlace = (mode: StripeMode, account: string) => `stripe ${mode} ${account}`

export type StripeMode = 'live' | 'test'
/** A key says of itself which mode it is for. */
export const modeOf = (secretKey: string): StripeMode => (/^.k_live_/.test(secretKey) ? 'live' : 'test')

/** `acct_1 (live)` */
const named = (place: string) => {
  const [, mode, account] = place.split(' ')
  return `${account} (${mode})`
}

function refused(known: string, wanted: string): OperationError {
  return new OperationError(
    'conflict',
    wanted === sandboxPlace
      ? `This database’s payments are Stripe’s, of the account ${named(known)}; set STRIPE_API_KEY to a key of it, or take another DATABASE_URL or IRC_NOW_HOME for the sandbox.`
      : `STRIPE_API_KEY is of ${named(wanted)}, but this database’s payments are of ${named(known)}; set it to a key of that account and mode.`,
  )
}

/** Throws, inside the caller’s transaction, where the database’s payments are no longer the sandbox’s. */
export async function assertSandbox(store: Stores): Promise<void> {
  const known =
    (await store.settings.get(paymentsSetting)) ?? (await store.settings.keep(paymentsSetting, sandboxPlace))
  if (known !== sandboxPlace) throw refused(known, sandboxPlace)
}

/** Throws where a key of this mode is of no use to the database; asks nobody. */
export async function assertMode(store: Stores, mode: StripeMode): Promise<void> {
  const known = await store.settings.get(paymentsSetting)
  if (known === undefined || known === sandboxPlace || known.startsWith(`stripe ${mode} `)) return
  throw new OperationError(
    'conflict',
    `STRIPE_API_KEY is of Stripe’s ${mode} mode, but this database’s payments are of ${named(known)}; set it to a key of that account and mode.`,
  )
}

/**
 * Makes the database’s payments those of a Stripe account, or throws where they are another’s: of that one’s customers
 * this one would say that they have nothing. Where they were the sandbox’s, all that it has sold goes with it, and its
 * members are looked at soon; answers how many there were, else null.
 */
export async function claimForStripe(
  { transaction, now }: Pick<Runtime, 'transaction' | 'now'>,
  place: string,
): Promise<number | null> {
  return transaction(async (store) => {
    // A database from before the setting was the sandbox's where that has customers in it.
    const isSandbox = (await store.sandbox.ids()).length > 0
    await store.settings.keep(paymentsSetting, isSandbox ? sandboxPlace : place)
    const known = await store.settings.locked(paymentsSetting)
    if (known === place) return null
    if (known !== sandboxPlace) throw refused(known, place)
    const members = await store.billing.forget(now())
    await store.sandbox.forget()
    await store.settings.put(paymentsSetting, place)
    return members
  })
}

/** What members are told where the payments are not the database’s; the operators’ sentence is its cause. */
const unusable = (cause: unknown) =>
  cause instanceof OperationError && cause.code === 'conflict'
    ? new OperationError(
        'unavailable',
        'Payments can’t be taken now: the operators look at STRIPE_API_KEY. You keep what you have.',
        { cause },
      )
    : cause

/** Payments of which nothing is asked before `claim` has said that they are this database’s. */
export function guarded(payments: Payments, claim: () => Promise<void>): Payments {
  const after =
    <A extends unknown[], T>(work: (...words: A) => Promise<T>) =>
    async (...words: A): Promise<T> => {
      await claim().catch((error) => Promise.reject(unusable(error)))
      return work(...words)
    }
  // What has come is kept in any case; reading what it is about comes later.
  const free = { place: payments.place, event: payments.event }
  return { ...(mapped(payments, after) as Payments), ...free }
}

const mapped = (payments: Payments, after: (work: () => Promise<unknown>) => unknown) =>
  Object.fromEntries(Object.entries(payments).map(([name, work]) => [name, after(work)])) as unknown

/** The same as `assertSandbox`, in the words that are for members. */
export const assertSandboxSells = (store: Stores): Promise<void> =>
  assertSandbox(store).catch((error) => Promise.reject(unusable(error)))

/** Transactions of the sandbox, each of which is refused once the database’s payments are Stripe’s. */
export const sandboxTransaction =
  (transaction: Runtime['transaction']): Runtime['transaction'] =>
  (work) =>
    transaction(async (store) => {
      await assertSandboxSells(store)
      return work(store)
    })
