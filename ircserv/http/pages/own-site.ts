import { OperationError } from '@irc-now/core/operation/errors'
import type { Context as Exchange } from 'hono'

/** Throws where a browser sends a form for another site’s page; ours are at `httpUrl`. */
export function assertOwnSite(c: Pick<Exchange, 'req'>, httpUrl: string): void {
  const from = c.req.header('origin')
  const site = c.req.header('sec-fetch-site')
  const { origin } = new URL(httpUrl)
  // A page that tells nobody where it is has the origin “null”.
  if ((from === undefined || from === 'null' || from === origin) && (site ?? 'same-origin') === 'same-origin') return
  throw new OperationError('not_allowed', 'This came from another site’s page; open the page here and try again.')
}
