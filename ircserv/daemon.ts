import type { Configuration } from '@irc-now/core/platform/configuration'
import { openEmbedded } from '@irc-now/core/platform/embedded'
import type { Home } from '@irc-now/core/platform/home'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import type { ApiBindings } from './http/api.ts'
import { createMetrics } from './http/metrics.ts'
import { createProbes } from './http/probes.ts'
import { type Servers, startServers } from './http/server.ts'
import { createApiRole } from './roles/api.ts'
import { startNowServRole } from './roles/nowserv.ts'
import { startReconcileRole } from './roles/reconcile.ts'

export interface DaemonOptions {
  readonly configuration: Configuration
  readonly home: Home
  readonly version: string
  readonly log: Logger
  progress(step: string): void
}

/** Where a script finds the platform; written as `endpoints.json` by the role `api` once this process answers. */
export interface Endpoints {
  readonly http: string
  readonly irc: string
  readonly ircs: string
  readonly bouncer: string
  readonly socket: string
}

/** Brings up everything that this process's roles ask for; resolves when it can be used or stands by. */
export async function startDaemon(options: DaemonOptions) {
  const { configuration, home, log, version } = options
  const { httpUrl, ports, publicHost } = configuration
  const has = (role: (typeof configuration.roles)[number]) => configuration.roles.includes(role)
  if (has('api')) await home.remove('endpoints.json')
  let depth = () => 0
  const metrics = createMetrics(() => depth())
  const platform = await openEmbedded({ ...options, metrics: metrics.reconcile })
  depth = () => platform.reconcileDepth
  let ready = false
  let api: Awaited<ReturnType<typeof createApiRole>> | undefined
  let servers: Servers | undefined
  let reconcile: Awaited<ReturnType<typeof startReconcileRole>> | undefined
  let nowserv: Awaited<ReturnType<typeof startNowServRole>> | undefined
  const stop = async () => {
    ready = false
    if (has('api')) await home.remove('endpoints.json')
    api?.stop()
    await servers?.close(3000)
    await nowserv?.keeper.stop()
    await reconcile?.stop()
    await platform.stop()
  }

  try {
    const app = new Hono<{ Bindings: ApiBindings }>()
    app.route(
      '/',
      createProbes(() => ready, metrics),
    )
    if (has('api')) api = await createApiRole({ platform, configuration, version, log, observe: metrics.request })
    if (api) app.route('/', api.app).notFound(api.missing)
    const socket = await home.socketPath('daemon.sock')
    servers = await startServers(app, {
      host: configuration.host,
      port: ports.http,
      socket: api ? socket : null,
      hosts: api?.hosts ?? new Map(),
      proxied: httpUrl.startsWith('https:'),
      intercept: (request, address) => api?.intercept(request, address) ?? null,
    })
    if (has('reconcile')) reconcile = await startReconcileRole(platform, log)
    if (has('nowserv')) nowserv = await startNowServRole(platform, log)
    if (reconcile) await until(() => nowserv === undefined || nowserv.connected || !nowserv.keeper.held, 5000)
    const endpoints: Endpoints = {
      http: httpUrl,
      irc: `irc://127.0.0.1:${ports.irc}`,
      ircs: `ircs://${publicHost}:${ports.ircs}`,
      bouncer: `ircs://${publicHost}:${ports.bouncers}`,
      socket,
    }
    ready = true
    if (api) await home.write('endpoints.json', `${JSON.stringify(endpoints, null, 2)}\n`)
    return { endpoints, ownerName: api?.ownerName ?? null, stop }
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
