import { createHmac } from 'node:crypto'
import type { Billing } from '../billing/billing.ts'
import { createSandbox } from '../billing/payments.sandbox.ts'
import { createStripePayments } from '../billing/payments.stripe.ts'
import type { StripeOptions } from '../billing/stripe/client.ts'
import { createSyncer } from '../billing/sync.ts'
import type { BareRuntime } from './runtime.ts'

/** The sandbox's webhook secret is the platform's own, so that every process has the same. */
export const sandboxSecret = (key: Buffer) =>
  `whsec_${createHmac('sha256', key).update('sandbox webhooks').digest('hex')}`

/** Billing by Stripe. */
export async function openStripeBilling(options: StripeOptions): Promise<(runtime: BareRuntime) => Billing> {
  const payments = await createStripePayments(options)
  return (runtime) => ({ payments, sandbox: null, sync: createSyncer({ ...runtime, payments }) })
}

/** Billing without an account anywhere: the sandbox. */
export function openSandboxBilling(runtime: BareRuntime, key: Buffer): Billing {
  const sandbox = createSandbox({ runtime, httpUrl: () => runtime.platform.httpUrl, secret: sandboxSecret(key) })
  const { payments } = sandbox
  return { payments, sandbox, sync: createSyncer({ ...runtime, payments }) }
}
