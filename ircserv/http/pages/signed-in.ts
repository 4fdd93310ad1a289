import type { PlatformInfo } from '@irc-now/core/platform/info'
import { html } from 'hono/html'
import { type Html, page } from './layout.ts'

/** Shown once after signing up or in for IRC: the app password, and what to do with it. */
export const signedInPage = (name: string, password: string, { ircs, httpUrl }: PlatformInfo): Html =>
  page(
    `Welcome, ${name}`,
    html`<p>This is your app password. Keep it now: it is not shown again, and each client should have one of its own.</p>
    <p><code>${password}</code></p>
    <ol><li>Now, on net.irc.now, type<code>/msg NickServ IDENTIFY ${name} ${password}</code>unless a bouncer of yours is there: then the name is in use, and your client signs in as below, or connects to the bouncer.</li>
    <li>From then on your client signs in by itself: SASL PLAIN at ${ircs.host} port ${ircs.port} (TLS), with this name and app password.</li>
    <li>Then ask for a bouncer<code>/msg NowServ BOUNCER CREATE</code></li>
    <li>In a terminal, the same account<code>irc-now login --url ${httpUrl}</code></li></ol>`,
  )
