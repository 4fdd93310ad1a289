import type { Runtime } from '@irc-now/core/operation/runtime'
import { Hono } from 'hono'
import { html } from 'hono/html'
import type { Logger } from 'pino'
import type { ApiBindings } from '../api.ts'
import { createRateLimit } from '../rate-limit.ts'
import { page, pageHeaders, problemPage } from './layout.ts'
import { providerId } from './provider-id.ts'

/** Where the provider sends people back: what they have done there holds at once, even where no webhook comes. */
export function createBillingDonePage({ runtime, log }: { runtime: Runtime; log: Logger }) {
  const app = new Hono<{ Bindings: ApiBindings }>()
  const limit = createRateLimit({ burst: 30, perSecond: 0.5, now: () => Date.now() })
  app.onError((error, c) => problemPage(c, error, log))
  app.get('/billing/done', async (c) => {
    limit.take(c.env.address)
    const [checkout, customer] = [providerId(c.req.query('checkout')), providerId(c.req.query('customer'))]
    const row = await runtime.read((store) =>
      checkout === '' ? store.billing.byCustomer(customer) : store.billing.byCheckout(checkout),
    )
    // Nobody is told whether it is anybody's: who comes back sees the same.
    if (row?.customer_id) await runtime.billing.sync(row.customer_id)
    return c.html(
      page(
        'Thank you',
        html`<p>That is done. Go back to your terminal or to IRC; there you see how it stands:</p>
        <ol><li>In a terminal<code>irc-now billing show</code></li><li>On IRC<code>/msg NowServ BILLING SHOW</code></li></ol>`,
      ),
      200,
      pageHeaders,
    )
  })
  return app
}
