import { join } from 'node:path'
import { catalogue } from '@irc-now/core/catalogue'
import type { Configuration } from '@irc-now/core/platform/configuration'
import { openEmbedded } from '@irc-now/core/platform/embedded'
import type { Home } from '@irc-now/core/platform/home'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import { type ApiBindings, createApi } from './http/api.ts'
import { createInternalAuth } from './http/internal-auth.ts'
import { createMetrics } from './http/metrics.ts'
import { createHomePage } from './http/pages/home.ts'
import { createOncePage } from './http/pages/once.ts'
import { providerPages } from './http/pages/provider-pages.ts'
import { createSignInPages } from './http/pages/sign-in.ts'
import { startServers } from './http/server.ts'
import { type NowServ, startNowServ } from './irc/nowserv.ts'
import { createNowServDeps } from './irc/platform-deps.ts'

export interface DaemonOptions {
  readonly configuration: Configuration
  readonly home: Home
  readonly version: string
  readonly log: Logger
  progress(step: string): void
}

/** Where a script finds the platform; written as `endpoints.json` once all of it answers. */
export interface Endpoints {
  readonly http: string
  readonly irc: string
  readonly ircs: string
  readonly bouncer: string
  readonly socket: string
}

/** Brings up everything that this process's roles ask for; resolves when it can be used. */
export async function startDaemon(options: DaemonOptions) {
  const { configuration, home, log } = options
  const { ports, publicHost, roles } = configuration
  await home.remove('endpoints.json')
  let depth = () => 0
  const metrics = createMetrics(() => depth())
  const platform = await openEmbedded({ ...options, metrics: metrics.reconcile })
  depth = () => platform.reconcileDepth
  const identity = await platform.openIdentity(providerPages)
  const closing = new AbortController()
  let ready = false

  const app = new Hono<{ Bindings: ApiBindings }>()
  app.get('/healthz', (c) => c.text('ok\n'))
  app.get('/readyz', (c) => (ready ? c.text('ready\n') : c.text('not ready\n', 503)))
  app.get('/metrics', async (c) => c.text(await metrics.text(), 200, { 'content-type': metrics.contentType }))
  app.route('/', createInternalAuth({ paths: platform.authPaths, checkLogin: platform.checkLogin }))
  app.route(
    '/',
    createApi({
      operations: catalogue,
      runtime: platform.runtime,
      log,
      ownerId: platform.owner.id,
      verifyAccessToken: identity.verifyAccessToken,
      wake: platform.wake.on,
      closing: closing.signal,
      observe: metrics.request,
    }),
  )
  app.route('/', createOncePage({ operations: catalogue, runtime: platform.runtime, open: platform.keyring.open, log }))
  app.route('/', createSignInPages({ runtime: platform.runtime, identity, log }))
  app.route('/', createHomePage(platform.runtime.platform))
  app.get('/.well-known/oauth-protected-resource', (c) =>
    c.json({
      resource: configuration.httpUrl,
      authorization_servers: [identity.issuer],
      scopes_supported: ['openid', 'offline_access'],
      bearer_methods_supported: ['header'],
    }),
  )
  const socket = join(home.path, 'daemon.sock')
  const servers = await startServers(app, {
    host: configuration.host,
    port: ports.http,
    socket,
    proxied: configuration.httpUrl.startsWith('https:'),
    intercept: ({ url }) => (identity.owns(url) ? identity.handle : null),
  })

  let nowserv: NowServ | undefined
  const stop = async () => {
    ready = false
    await home.remove('endpoints.json')
    closing.abort()
    await nowserv?.stop()
    await servers.close(3000)
    await platform.stop()
  }
  try {
    const services = roles.includes('reconcile') ? await platform.startServices() : undefined
    if (services && roles.includes('nowserv')) {
      const { cert, key } = services.nowServ
      nowserv = startNowServ(
        {
          ...services.addresses.ircs,
          tls: true,
          nick: 'NowServ',
          account: 'NowServ',
          password: '',
          clientCertificate: { certificate: cert, privateKey: key },
          // Our own server on this machine, with the certificate that we made for it.
          rejectUnauthorized: false,
        },
        createNowServDeps({ operations: catalogue, runtime: platform.runtime, wake: platform.wake.on, log }),
      )
      const running = nowserv
      platform.addHealth(() => ({
        name: 'NowServ',
        healthy: running.connected,
        version: null,
        detail: running.connected ? null : 'NowServ is not connected to net.irc.now; it tries again by itself.',
      }))
      await until(() => running.connected, 5000)
    }
    const endpoints: Endpoints = {
      http: configuration.httpUrl,
      irc: `irc://127.0.0.1:${ports.irc}`,
      ircs: `ircs://${publicHost}:${ports.ircs}`,
      bouncer: `ircs://${publicHost}:${ports.bouncers}`,
      socket,
    }
    ready = true
    await home.write('endpoints.json', `${JSON.stringify(endpoints, null, 2)}\n`)
    return { endpoints, ownerName: platform.owner.name, stop }
  } catch (error) {
    await stop().catch(() => undefined)
    throw error
  }
}

/** Waits for something to hold, but not for ever: what is late shows in the platform's status. */
async function until(holds: () => boolean, atMostMs: number): Promise<void> {
  const end = Date.now() + atMostMs
  while (!holds() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
}
