import { receiveWebhook } from '@irc-now/core/billing/webhooks'
import { errorCodes, OperationError } from '@irc-now/core/operation/errors'
import type { Runtime } from '@irc-now/core/operation/runtime'
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Logger } from 'pino'
import { problemResponse } from './problem.ts'

/** Stripe’s largest events have a few hundred KB. */
const maxSize = 1024 * 1024

/** Where the payment provider tells what has happened. The text is checked as it came, byte for byte. */
export function createWebhooks({ runtime, log }: { runtime: Runtime; log: Logger }): Hono {
  const app = new Hono()
  const tooLarge = new OperationError('too_large', 'A webhook has at most 1 MB.')
  app.post('/webhooks/stripe', bodyLimit({ maxSize, onError: () => problemResponse(tooLarge, log) }), async (c) => {
    try {
      const body = await c.req.text()
      const { settled } = await receiveWebhook(runtime, body, c.req.header('stripe-signature') ?? '')
      // Answered at once: a slow answer would only be sent again.
      settled.catch((error) => log.warn({ err: error }, 'a webhook led to nothing yet; it is tried again'))
      return c.json({ received: true })
    } catch (error) {
      if (error instanceof OperationError && errorCodes[error.code].status < 500)
        log.warn({ code: error.code }, 'a webhook was refused')
      return problemResponse(error, log)
    }
  })
  return app
}
