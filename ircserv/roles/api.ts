import type { IncomingMessage } from 'node:http'
import { catalogue } from '@irc-now/core/catalogue'
import type { Embedded } from '@irc-now/core/platform/embedded'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import { type ApiBindings, type ApiDeps, createApi } from '../http/api.ts'
import { createHomePage } from '../http/pages/home.ts'
import { createOncePage } from '../http/pages/once.ts'
import { providerPages } from '../http/pages/provider-pages.ts'
import { createSignInPages } from '../http/pages/sign-in.ts'

export interface ApiRoleOptions {
  readonly platform: Embedded
  readonly httpUrl: string
  readonly version: string
  readonly log: Logger
  readonly observe: NonNullable<ApiDeps['observe']>
}

/** The role `api`: `/v1`, the pages and, on the unix socket, the owner. Any number of processes may play it. */
export async function createApiRole({ platform, httpUrl, version, log, observe }: ApiRoleOptions) {
  const { runtime, keyring, wake } = platform
  const owner = await platform.openOwner()
  const identity = await platform.openIdentity(providerPages)
  const closing = new AbortController()
  await platform.published.publish('api', { httpUrl })
  platform.addHealth('api', async () => [{ name: 'api', healthy: true, version, detail: null }])
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
  app.route('/', createOncePage({ operations: catalogue, runtime, open: keyring.open, log }))
  app.route('/', createSignInPages({ runtime, identity, log }))
  app.route('/', createHomePage(runtime.platform))
  app.get('/.well-known/oauth-protected-resource', (c) =>
    c.json({
      resource: httpUrl,
      authorization_servers: [identity.issuer],
      scopes_supported: ['openid', 'offline_access'],
      bearer_methods_supported: ['header'],
    }),
  )
  return {
    app,
    /** Requests of the OIDC provider, which it answers by itself. */
    intercept: ({ url }: IncomingMessage) => (identity.owns(url) ? identity.handle : null),
    ownerName: owner.name,
    /** Ends the streams, so that the server can close. */
    stop: () => closing.abort(),
  }
}
