import type { Stripe } from 'stripe'
import { OperationError } from '../../operation/errors.ts'

/** The version whose answers stripe/read.ts reads; an account's own setting does not change them. */
export const apiVersion = '2026-09-30.endive'

export interface StripeOptions {
  readonly secretKey: string
  /** The new one first, and the old one while both are in use. */
  readonly webhookSecrets: readonly string[]
  /** Another place than Stripe's own, for tests. */
  readonly apiUrl?: string
}

export async function stripeClient({ secretKey, apiUrl }: StripeOptions): Promise<Stripe> {
  const { default: Client } = await import('stripe')
  const place = apiUrl === undefined ? undefined : new URL(apiUrl)
  return new Client(secretKey, {
    apiVersion,
    maxNetworkRetries: 2,
    timeout: 10_000,
    telemetry: false,
    ...(place && {
      host: place.hostname,
      port: Number(place.port),
      protocol: place.protocol === 'http:' ? ('http' as const) : ('https' as const),
    }),
  })
}

/** Asks Stripe; what goes wrong is told in our codes, with its own words only where they are for the member. */
export async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw told(cause)
  }
}

function told(cause: unknown): unknown {
  if (cause instanceof OperationError) return cause
  const { type, statusCode = 0, code } = cause as { type?: string; statusCode?: number; code?: string }
  if (type === 'StripeCardError' || statusCode === 402)
    return new OperationError(
      'payment_failed',
      'The payment did not go through, so nothing was changed; see “billing portal”.',
      { cause },
    )
  if (type === 'StripeConnectionError' || type === 'StripeRateLimitError' || statusCode >= 500)
    return new OperationError('unavailable', 'Stripe can’t be reached; try again in a while. You keep what you have.', {
      cause,
    })
  if (type === 'StripeInvalidRequestError' || type === 'StripeIdempotencyError' || code === 'resource_missing')
    return new OperationError('conflict', 'Stripe has it otherwise by now; look at “billing show” and try again.', {
      cause,
    })
  if (type?.startsWith('Stripe'))
    return new OperationError('unavailable', 'Stripe does not take our key; the operators look at STRIPE_API_KEY.', {
      cause,
    })
  return cause
}
