import type { IncomingMessage, ServerResponse } from 'node:http'
import { catalogue } from '@irc-now/core/catalogue'
import type { Configuration } from '@irc-now/core/platform/configuration'
import type { Embedded } from '@irc-now/core/platform/embedded'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import { type ApiBindings, type ApiDeps, createApi } from '../http/api.ts'
import { createHighlighter } from '../http/content/highlight.ts'
import { createContentHost } from '../http/content/host.ts'
import { createPastePages } from '../http/content/pastes.ts'
import { createPicturePages } from '../http/content/pictures.ts'
import { createUploadProxy } from '../http/content/upload-proxy.ts'
import { createFonts } from '../http/fonts.ts'
import { createBillingDonePage } from '../http/pages/billing-done.ts'
import { createHomePage } from '../http/pages/home.ts'
import { missingPage } from '../http/pages/missing.ts'
import { createOncePage } from '../http/pages/once.ts'
import { providerPages } from '../http/pages/provider-pages.ts'
import { createSandboxPages } from '../http/pages/sandbox.ts'
import { createSignInPages } from '../http/pages/sign-in.ts'
import { createUploadPage } from '../http/pages/upload.ts'
import { createVisitors } from '../http/pages/visitors.ts'
import { createRateLimit } from '../http/rate-limit.ts'
import { createWebhooks } from '../http/webhooks.ts'

export interface ApiRoleOptions {
  readonly platform: Embedded
  readonly configuration: Pick<Configuration, 'httpUrl' | 'txtUrl' | 'picsUrl' | 'abuse'>
  readonly version: string
  readonly log: Logger
  readonly observe: NonNullable<ApiDeps['observe']>
}

/** The role `api`: `/v1`, the pages and, on the unix socket, the owner. Any number of processes may play it. */
export async function createApiRole({ platform, configuration, version, log, observe }: ApiRoleOptions) {
  const { httpUrl, txtUrl, picsUrl } = configuration
  const { runtime, keyring, wake } = platform
  const owner = await platform.openOwner()
  const identity = await platform.openIdentity(providerPages)
  const closing = new AbortController()
  await platform.published.publish('api', { httpUrl, txtUrl, picsUrl })
  platform.addHealth('api', async () => [{ name: 'api', healthy: true, version, detail: null }])
  const limit = createRateLimit({ burst: 120, perSecond: 2, now: () => Date.now() })
  const app = new Hono<{ Bindings: ApiBindings }>()
  app.route(
    '/',
    createApi({
      operations: catalogue,
      runtime,
      log,
      ownerId: owner.id,
      verifyAccessToken: identity.verifyAccessToken,
      wake: wake.on,
      closing: closing.signal,
      observe,
    }),
  )
  app.route('/', createWebhooks({ runtime, log }))
  app.route('/', createOncePage({ operations: catalogue, runtime, open: keyring.open, log }))
  app.route('/', createSignInPages({ runtime, identity, log }))
  const visitors = createVisitors({ runtime, identity, keyring, httpUrl, log })
  app.route('/', visitors.routes)
  app.route('/', createUploadPage({ runtime, visitors, log }))
  app.route('/', createBillingDonePage({ runtime, log }))
  if (runtime.billing.sandbox) app.route('/', createSandboxPages({ sandbox: runtime.billing.sandbox, log }))
  app.route('/', createFonts())
  app.route('/', createHomePage(runtime.platform))
  app.get('/.well-known/oauth-protected-resource', (c) =>
    c.json({
      resource: httpUrl,
      authorization_servers: [identity.issuer],
      scopes_supported: ['openid', 'offline_access'],
      bearer_methods_supported: ['header'],
    }),
  )
  const uploads = createUploadProxy(() => platform.published.uploadSocket)
  const highlighter = createHighlighter()
  const txt = createContentHost(log)
  txt.route('/', createPastePages({ runtime, highlighter, abuse: configuration.abuse }))
  const pics = createContentHost(log)
  pics.route('/', createPicturePages({ runtime, files: platform.files, abuse: configuration.abuse }))
  return {
    app,
    /** What is at none of its addresses; an app that is put into another one has no say in that. */
    missing: missingPage(runtime.platform),
    /** What is served under another name than the platform's own. */
    hosts: new Map([
      [new URL(txtUrl).host, txt],
      [new URL(picsUrl).host, pics],
    ]),
    /** Uploads of IRC clients, which are soju's, and requests of the OIDC provider, which it answers by itself. */
    intercept: (request: IncomingMessage, address: string) => {
      if (uploads.owns(request.url)) return uploads.handlerFor(address)
      if (!identity.owns(request.url)) return null
      try {
        // Codes can't be guessed at this rate, nor the database filled.
        limit.take(address)
        return identity.handle
      } catch {
        return tooMany
      }
    },
    ownerName: owner.name,
    /** Ends the streams, so that the server can close. */
    stop: () => {
      closing.abort()
      highlighter.stop()
    },
  }
}

/** The provider's own form of an error, since its clients read it. */
function tooMany(_request: IncomingMessage, response: ServerResponse): void {
  const body = JSON.stringify({
    error: 'slow_down',
    error_description: 'Too many requests; wait a moment and try again.',
  })
  response.writeHead(429, { 'content-type': 'application/json', 'retry-after': '5' }).end(body)
}
