import { OperationError } from '@irc-now/core/operation/errors'
import { type Context as Exchange, Hono } from 'hono'
import { html } from 'hono/html'
import type { Logger } from 'pino'
import type { ApiBindings } from '../api.ts'
import { createFonts } from '../fonts.ts'
import { page, pageHeaders, problemPage } from '../pages/layout.ts'
import { createRateLimit } from '../rate-limit.ts'

export type ContentEnv = { Bindings: ApiBindings }

/** So many addresses that lead nowhere may be tried at once, and a second on the long run. */
const misses = { burst: 60, perSecond: 0.5 }

/**
 * A host on which members' content is seen, and nothing else: it neither sets nor reads a cookie. What was never there,
 * has expired or was taken down answers alike; whoever tries many such addresses has to wait before any other is looked up.
 */
export function createContentHost(log: Logger): Hono<ContentEnv> {
  const host = new Hono<ContentEnv>()
  const limit = createRateLimit({ ...misses, now: () => Date.now() })
  host.use(async (c, next) => {
    limit.check(c.env.address)
    await next()
    c.header('x-content-type-options', 'nosniff')
    c.header('referrer-policy', 'no-referrer')
    if (c.res.status === 404) limit.count(c.env.address)
  })
  host.route('/', createFonts())
  // Browsers ask for it by themselves.
  host.get('/favicon.ico', (c) => c.body(null, 204, { 'cache-control': 'public, max-age=86400' }))
  host.get('/robots.txt', (c) => c.text('User-agent: *\nAllow: /\n'))
  host.notFound((c) => missing(c))
  host.onError((error, c) =>
    error instanceof OperationError && error.code === 'not_found' ? missing(c) : problemPage(c, error, log),
  )
  return host
}

/** The one answer for what is not there, whatever the reason. */
function missing(c: Exchange<ContentEnv>) {
  const text = html`<p>It was never here, has expired, or was taken down.</p>`
  return c.html(page('Nothing here', text), 404, pageHeaders)
}
