import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Runtime } from '../operation/runtime.ts'
import { createSystemDns } from '../provisioning/dns.system.ts'
import { findPrograms } from '../provisioning/local/programs.ts'
import { startLocalServices } from '../provisioning/local/services.ts'
import { createLocalProvisioner } from '../provisioning/provisioner.local.ts'
import type { ServiceHealth } from '../provisioning/provisioner.port.ts'
import { type ReconcileMetrics, type Reconciler, startReconciler } from '../reconcile/reconciler.ts'
import type { Configuration } from './configuration.ts'
import type { Duty } from './lease.ts'
import type { Published } from './published.ts'
import type { Keyring } from './runtime.ts'

export interface ServicesOptions {
  readonly configuration: Configuration
  /** The state folder. */
  readonly home: string
  readonly keyring: Keyring
  readonly runtime: Runtime
  readonly published: Published
  readonly log: Logger
  readonly metrics?: ReconcileMetrics
  /** Origin of the loopback listener that serves the auth endpoint; listening already. */
  readonly authUrl: string
  progress(step: string): void
}

/** ergo, soju and the reconciler on this machine, while this process has the lease to run them. */
export function createServices(options: ServicesOptions) {
  const { configuration, home, keyring, runtime, published, log } = options
  const { host, ports, publicHost } = configuration
  let reconciler: Reconciler | undefined
  let health: (() => Promise<readonly ServiceHealth[]>) | undefined

  const resync = () => reconciler?.resync().catch((error) => log.warn({ err: error }, 'resync failed'))

  async function start(signal: AbortSignal) {
    const programs = await findPrograms({
      ...configuration.programs,
      path: configuration.path,
      cacheDir: configuration.cache,
      progress: options.progress,
    })
    signal.throwIfAborted()
    const services = await startLocalServices({
      stateDir: home,
      programs,
      listen: {
        irc: { host: '127.0.0.1', port: ports.irc },
        ircs: { host, port: ports.ircs },
        bouncer: { host: '127.0.0.1', port: ports.bouncer },
        bouncerTls: { host, port: ports.bouncers },
      },
      settings: {
        irc: 'IRC_NOW_IRC_PORT',
        ircs: 'IRC_NOW_IRCS_PORT',
        bouncer: 'IRC_NOW_BOUNCER_PORT',
        bouncerTls: 'IRC_NOW_BOUNCERS_PORT',
      },
      authUrl: options.authUrl,
      uploadOrigin: configuration.httpUrl,
      log: (service, line, level) => log[level]({ service }, line),
      progress: options.progress,
      onErgoReady: (restarted) => restarted && resync(),
      onSojuReady: (restarted) => restarted && resync(),
    })
    return services
  }

  const duty: Duty = {
    name: 'services',
    lifeMs: 30_000,
    endMs: 5000,
    // Ending them would cost everybody their connections, and they need no database for those who are connected.
    lasting: { patienceMs: 30_000, regained: () => void resync() },
    async begin(held) {
      const services = await start(held.signal)
      try {
        const provisioner = await createLocalProvisioner(services)
        reconciler = startReconciler(
          {
            provisioner,
            dns: createSystemDns(configuration.nameServers),
            publicHost,
            key: keyring.key,
            open: keyring.open,
            // Another may have taken over by now; what this process's soju says must not be written over its words.
            transaction: (work) =>
              held.valid() ? runtime.transaction(work) : Promise.reject(new Error('the lease could be another’s')),
            now: runtime.now,
            // Both run here, so the plain loopback listener is the shortest safe way between them.
            ownNetwork: { host: '127.0.0.1', port: ports.irc, tls: false, serverFingerprint: null },
          },
          log,
          options.metrics,
        )
        health = () => provisioner.health()
        const { ircs, bouncerTls } = services.addresses
        if (!held.valid()) throw new Error('the lease was lost while the services started')
        await published.publish('services', {
          machine: hostname(),
          ircs: { host: publicHost, port: ports.ircs },
          bouncers: { host: publicHost, port: ports.bouncers },
          certificateFingerprint: bouncerTls.fingerprint,
          uploadSocket: services.uploadSocket,
          nowServ: {
            near: { host: ircs.host, port: ircs.port },
            serverFingerprint: ircs.fingerprint,
            certificate: services.nowServ.cert,
            privateKey: services.nowServ.key,
          },
        })
        await reconciler.resync()
      } catch (error) {
        await end(false)
        throw error
      }
      return end

      async function end(lost: boolean): Promise<void> {
        const reconciling = reconciler?.stop()
        reconciler = undefined
        health = undefined
        // What waits for a database that is silent could wait for ever.
        await Promise.race([reconciling, delay(lost ? 1000 : 5000)])
        await services.stop()
      }
    },
  }

  return {
    duty,
    resync,
    add: (key: string) => reconciler?.add(key),
    get depth() {
      return reconciler?.depth ?? 0
    },
    /** soju and ergo, or that this process stands by. */
    health: async (): Promise<readonly ServiceHealth[]> =>
      health ? health() : [{ name: 'services (standby)', healthy: true, version: null, detail: null }],
  }
}

export type Services = ReturnType<typeof createServices>
