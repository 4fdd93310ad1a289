import { receiveWebhook } from '@irc-now/core/billing/webhooks'
import { errorCodes, OperationError } from '@irc-now/core/operation/errors'
import type { Runtime } from '@irc-now/core/operation/runtime'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Logger } from 'pino'
import type { ApiBindings } from './api.ts'
import { problemResponse } from './problem.ts'
import { createRateLimit } from './rate-limit.ts'

/** Stripe’s largest events have a few hundred KB. */
const maxSize = 1024 * 1024

/** Where the payment provider tells what has happened. The text is checked as it came, byte for byte. */
export function createWebhooks({ runtime, log }: { runtime: Runtime; log: Logger }) {
  const app = new Hono<{ Bindings: ApiBindings }>()
  // What is refused is logged, so that a wrong secret is found: that must not be anybody’s way to fill the disk.
  const refusals = createRateLimit({ burst: 60, perSecond: 1, now: () => Date.now() })
  const tooLarge = new OperationError('too_large', 'A webhook has at most 1 MB.')
  app.post('/webhooks/stripe', bodyLimit({ maxSize, onError: () => problemResponse(tooLarge, log) }), async (c) => {
    try {
      refusals.check(c.env.address)
      const body = await c.req.text()
      const { settled } = await receiveWebhook(runtime, body, c.req.header('stripe-signature') ?? '')
      // Answered at once: a slow answer would only be sent again.
      settled.catch((error) => log.warn({ err: error }, 'a webhook led to nothing yet; it is tried again'))
      return c.json({ received: true })
    } catch (error) {
      if (error instanceof OperationError && error.code !== 'rate_limited' && errorCodes[error.code].status < 500) {
        refusals.count(c.env.address)
        log.warn({ code: error.code }, 'a webhook was refused')
      }
      return problemResponse(error, log, c.env.incoming)
    }
  })
  return app
}
