import type { PlatformInfo } from '@irc-now/core/platform/info'
import { Hono } from 'hono'
import { html } from 'hono/html'
import { page, pageHeaders } from './layout.ts'

/** What a browser finds at the platform's own address. */
export function createHomePage({ ircs, httpUrl }: PlatformInfo): Hono {
  const app = new Hono()
  app.get('/', (c) =>
    c.html(
      page(
        'irc.now',
        html`<p>Bouncers and networks, run from where you are: the terminal and IRC.</p>
        <ol><li><a href="/register">Create your account</a>, or <a href="/login">sign in on IRC</a>.</li>
        <li>In a terminal<code>irc-now login --url ${httpUrl}</code></li>
        <li>On IRC, at ${ircs.host} port ${ircs.port} (TLS)<code>/msg NowServ HELP</code></li>
        <li><a href="/upload">Publish a picture or a text</a> from this browser.</li>
        <li>In programs: <a href="/openapi.json">the API’s OpenAPI document</a>.</li></ol>`,
      ),
      200,
      pageHeaders,
    ),
  )
  return app
}
