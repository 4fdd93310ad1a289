import { createHmac } from 'node:crypto'
import { OperationError } from '../operation/errors.ts'

export interface RawEvent {
  readonly id: string
  readonly type: string
  readonly data: { readonly object: { readonly id?: string; readonly object?: string; readonly customer?: unknown } }
}

/** Loaded at the first webhook: it takes longer to load than all the rest of billing. */
const stripeWebhooks = async () => (await import('stripe')).default.webhooks

/** A webhook’s header, by the provider’s scheme. `at` is in seconds. */
export const signWebhook = (body: string, secret: string, at: number): string =>
  `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`

/** The event, if one of the secrets (new and old, while they change) has signed this very text; else `not_allowed`. */
export async function verifyWebhook(body: string, signature: string, secrets: readonly string[]): Promise<RawEvent> {
  const webhooks = await stripeWebhooks()
  let cause: unknown
  for (const secret of secrets) {
    try {
      return (await webhooks.constructEventAsync(body, signature, secret, 300)) as unknown as RawEvent
    } catch (error) {
      cause = error
    }
  }
  throw new OperationError(
    'not_allowed',
    'This webhook is not signed with our secret, or is too old; look at STRIPE_WEBHOOK_SECRET.',
    { cause },
  )
}

/** Whom an event is about. */
export function customerOf({ data: { object } }: RawEvent): string | null {
  if (object.object === 'customer') return object.id ?? null
  const { customer } = object
  if (typeof customer === 'string') return customer
  return typeof customer === 'object' && customer !== null && 'id' in customer ? String(customer.id) : null
}
