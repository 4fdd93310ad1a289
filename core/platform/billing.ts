import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { assertMode, assertSandbox, claimForStripe, guarded, modeOf } from '../billing/belonging.ts'
import type { Billing } from '../billing/billing.ts'
import { createSandbox } from '../billing/payments.sandbox.ts'
import { createStripePayments } from '../billing/payments.stripe.ts'
import type { StripeOptions } from '../billing/stripe/client.ts'
import { createSyncer } from '../billing/sync.ts'
import { OperationError } from '../operation/errors.ts'
import type { BareRuntime } from './runtime.ts'

/** The sandbox's webhook secret is the platform's own, so that every process has the same. */
export const sandboxSecret = (key: Buffer) =>
  `whsec_${createHmac('sha256', key).update('sandbox webhooks').digest('hex')}`

/** Billing by Stripe. */
export async function openStripeBilling(
  options: StripeOptions,
  log: Pick<Logger, 'warn'>,
): Promise<(runtime: BareRuntime) => Billing> {
  const payments = await createStripePayments(options)
  return (runtime) => {
    const claim = onceDone(async () => {
      await runtime.read((store) => assertMode(store, modeOf(options.secretKey)))
      const place = await payments.place()
      const members = await claimForStripe(runtime, place)
      if (members !== null)
        log.warn(
          { members, place },
          'payments are Stripe’s from now on: all that the sandbox had sold is gone, and its members are being looked at',
        )
    })
    const own = guarded(payments, claim)
    return { payments: own, sandbox: null, claim, sync: createSyncer({ ...runtime, payments: own }) }
  }
}

/** Billing without an account anywhere: the sandbox. */
export function openSandboxBilling(runtime: BareRuntime, key: Buffer): Billing {
  const sandbox = createSandbox({ runtime, httpUrl: () => runtime.platform.httpUrl, secret: sandboxSecret(key) })
  const { payments } = sandbox
  const claim = () => runtime.transaction(assertSandbox)
  return { payments, sandbox, claim, sync: createSyncer({ ...runtime, payments }) }
}

/**
 * Makes sure at the start that the payments are the database's own; throws where they are not. A provider that can't be
 * reached, or takes longer than `patienceMs`, keeps nobody from starting: nothing is read from it before it was asked.
 */
export async function samePayments(
  { claim }: Pick<Billing, 'claim'>,
  log: Pick<Logger, 'warn' | 'error'>,
  patienceMs = 5000,
): Promise<void> {
  const later = 'whose payments these are could not be asked; they are taken once that is known'
  let started = false
  const asked = claim().catch((err) => {
    if (err instanceof OperationError && err.code === 'unavailable') log.warn({ err }, later)
    else if (started) log.error({ err }, 'the payments are not this database’s; none are taken')
    else throw err
  })
  const late = delay(patienceMs, 'late', { ref: false })
  if ((await Promise.race([asked, late])) !== 'late') return
  started = true
  log.warn(later)
}

/** Does it until it was done once, and then never again. */
function onceDone(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work().catch((error) => {
      done = undefined
      throw error
    })
    return done
  }
}
