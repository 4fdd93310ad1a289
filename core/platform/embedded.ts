import { join } from 'node:path'
import type { Logger } from 'pino'
import { checkLogin, type LoginService } from '../accounts/check-login.ts'
import { createEmbeddedIdentity } from '../accounts/identity.embedded.ts'
import type { ProviderPages } from '../accounts/identity.port.ts'
import { openAccount } from '../accounts/open.ts'
import { authPaths } from '../provisioning/local/auth-endpoint.ts'
import { findPrograms } from '../provisioning/local/programs.ts'
import { startLocalServices } from '../provisioning/local/services.ts'
import { createLocalProvisioner } from '../provisioning/provisioner.local.ts'
import type { Provisioner, ServiceHealth } from '../provisioning/provisioner.port.ts'
import { type ReconcileMetrics, type Reconciler, startReconciler } from '../reconcile/reconciler.ts'
import { type Database, openPglite, openPostgresql } from '../store/database.ts'
import type { Configuration } from './configuration.ts'
import type { Home } from './home.ts'
import type { PlatformInfo } from './info.ts'
import { createKeyring, createRuntime } from './runtime.ts'
import { startWake } from './wake.ts'

export interface EmbeddedOptions {
  readonly configuration: Configuration
  readonly home: Home
  readonly version: string
  readonly log: Logger
  /** Hears what takes time, one short sentence each. */
  progress(step: string): void
  readonly metrics?: ReconcileMetrics
}

/** The platform on one machine: its database is open and its owner exists; `startServices` brings up soju and ergo. */
export async function openEmbedded(options: EmbeddedOptions) {
  const { configuration, home, log, progress } = options
  const { ports, publicHost } = configuration
  progress(configuration.databaseUrl ? 'connecting to PostgreSQL' : 'opening the database')
  const database: Database = configuration.databaseUrl
    ? await openPostgresql(configuration.databaseUrl)
    : await openPglite(join(home.path, 'database'))
  const keyring = createKeyring(home.key)
  let services: Awaited<ReturnType<typeof startLocalServices>> | undefined
  let provisioner: Provisioner | undefined
  let reconciler: Reconciler | undefined
  const extraHealth: (() => ServiceHealth)[] = []

  const info: PlatformInfo = {
    version: options.version,
    httpUrl: configuration.httpUrl,
    irc: { host: '127.0.0.1', port: ports.irc },
    ircs: { host: publicHost, port: ports.ircs },
    bouncer: { host: '127.0.0.1', port: ports.bouncer },
    bouncers: { host: publicHost, port: ports.bouncers },
    get certificateFingerprint() {
      return services?.addresses.bouncerTls.fingerprint ?? null
    },
    privateUpstreams: configuration.privateUpstreams,
    async health() {
      const parts = provisioner ? await provisioner.health() : []
      // Whoever asks has come through a transaction, so the database answers. Asking it from inside one would wait
      // for itself: PGlite has one connection.
      const stored = { name: database.kind, healthy: true, version: null, detail: null }
      return [stored, ...parts, ...extraHealth.map((one) => one())]
    },
  }
  const runtime = createRuntime(database, keyring, info)
  const wake = await startWake(database, (key) => reconciler?.add(key))
  const owner = await runtime.transaction(
    async (store) =>
      (await store.accounts.byName(configuration.ownerName)) ??
      (await openAccount(
        { store, now: runtime.now(), random: runtime.random },
        { name: configuration.ownerName, email: null, role: 'ops', reserved: true },
      )),
  )
  const paths = await authPaths(home.path)

  return {
    database,
    keyring,
    runtime,
    wake,
    owner,
    /** The secret paths at which soju and ergo ask about sign-ins. */
    authPaths: paths,
    checkLogin: (service: LoginService, username: string, password: string) =>
      runtime.transaction((store) =>
        checkLogin(store, keyring.key, service, { username, password, now: runtime.now() }),
      ),
    /** The OIDC provider, whose pages are the front end's to dress. */
    openIdentity: (pages: ProviderPages) =>
      createEmbeddedIdentity({
        resource: configuration.httpUrl,
        runtime,
        keyring,
        pages,
        log: (problem, error) => log.error({ err: error }, problem),
      }),
    /** Adds a part to `platform status`. */
    addHealth: (part: () => ServiceHealth) => void extraHealth.push(part),
    get reconcileDepth() {
      return reconciler?.depth ?? 0
    },
    /** Starts ergo, soju and the reconciler; the auth endpoint must be listening already. */
    async startServices() {
      const programs = await findPrograms({
        ...configuration.programs,
        path: configuration.path,
        cacheDir: configuration.cache,
        progress,
      })
      services = await startLocalServices({
        stateDir: home.path,
        programs,
        listen: {
          irc: { host: '127.0.0.1', port: ports.irc },
          ircs: { host: configuration.host, port: ports.ircs },
          bouncer: { host: '127.0.0.1', port: ports.bouncer },
          bouncerTls: { host: configuration.host, port: ports.bouncers },
        },
        settings: {
          irc: 'IRC_NOW_IRC_PORT',
          ircs: 'IRC_NOW_IRCS_PORT',
          bouncer: 'IRC_NOW_BOUNCER_PORT',
          bouncerTls: 'IRC_NOW_BOUNCERS_PORT',
        },
        authUrl: `http://127.0.0.1:${ports.http}`,
        log: (service, line) => log.debug({ service }, line),
        progress,
        onErgoReady: (restarted) => restarted && reconciler?.resync().catch(() => undefined),
        onSojuReady: (restarted) => restarted && reconciler?.resync().catch(() => undefined),
      })
      provisioner = createLocalProvisioner(services)
      reconciler = startReconciler(
        {
          provisioner,
          key: home.key,
          open: keyring.open,
          transaction: runtime.transaction,
          now: runtime.now,
          // Both run here, so the plain loopback listener is the shortest safe way between them.
          ownNetwork: { host: '127.0.0.1', port: ports.irc, tls: false, serverFingerprint: null },
        },
        log,
        options.metrics,
      )
      await reconciler.resync()
      return services
    },
    async stop() {
      await reconciler?.stop()
      await services?.stop()
      await wake.stop()
      await database.close()
    },
  }
}

export type Embedded = Awaited<ReturnType<typeof openEmbedded>>
