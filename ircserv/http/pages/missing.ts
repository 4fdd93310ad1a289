import type { PlatformInfo } from '@irc-now/core/platform/info'
import type { NotFoundHandler } from 'hono'
import { html } from 'hono/html'
import { fromProblem } from '../problem.ts'
import { page, pageHeaders } from './layout.ts'

/** What is at none of the platform's own addresses: a page that says what is, and where else it may be. */
export function missingPage({ txtUrl }: Pick<PlatformInfo, 'txtUrl'>): NotFoundHandler {
  return (c) => {
    const { path } = c.req
    if (path.startsWith('/v1/'))
      return fromProblem({ code: 'unknown_operation', message: 'There is no such operation; see /openapi.json.' })
    const paste = /^\/[0-9A-Za-z]{22}(\/raw|\.json)?$/.test(path)
      ? html`<p>It looks like a paste’s address. Pastes are on a host of their own: <a href="${txtUrl}${path}">${txtUrl}${path}</a></p>`
      : html``
    const text = html`${paste}<p>This is irc.now’s own host: <a href="/">what is here</a>, how one signs up and signs in. What members publish is elsewhere, such as their pastes at ${txtUrl}.</p>`
    return c.html(page('Nothing here', text), 404, pageHeaders)
  }
}
