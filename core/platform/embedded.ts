import { createHmac } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { checkLogin, type LoginService } from '../accounts/check-login.ts'
import { createEmbeddedClaims, createEmbeddedIdentity } from '../accounts/identity.embedded.ts'
import type { ProviderPages } from '../accounts/identity.port.ts'
import { createEncoder } from '../content/pictures/encoder.ts'
import { createPictureIntake } from '../content/pictures/intake.ts'
import { OperationError } from '../operation/errors.ts'
import type { Runtime } from '../operation/runtime.ts'
import { authPaths } from '../provisioning/local/auth-endpoint.ts'
import type { ServiceHealth } from '../provisioning/provisioner.port.ts'
import type { ReconcileMetrics } from '../reconcile/reconciler.ts'
import { type Database, openPglite, openPostgresql } from '../store/database.ts'
import { openSandboxBilling, openStripeBilling, samePayments, sandboxSecret } from './billing.ts'
import { billingDuty } from './billing-duty.ts'
import type { Configuration, Role } from './configuration.ts'
import { createHealth } from './health.ts'
import type { Home } from './home.ts'
import type { PlatformInfo } from './info.ts'
import { type Duty, endlessLease, type Keeper, keepDuty, type Lease } from './lease.ts'
import { openFiles } from './open-files.ts'
import { openOwner } from './owner.ts'
import { createPublished } from './published.ts'
import { type BareRuntime, createKeyring, createRuntime, type Keyring } from './runtime.ts'
import { createServices, type Services } from './services-duty.ts'
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

/** How often a process tells the others of its health and learns what they have published. */
const heartbeatMs = 3000

/** This process's share of the platform: its database is open; what must be single is done by `keep`. */
export async function openEmbedded(options: EmbeddedOptions) {
  const { configuration, home, log, progress } = options
  const { ports, publicHost } = configuration
  progress(configuration.databaseUrl ? 'connecting to PostgreSQL' : 'opening the database')
  const database: Database = configuration.databaseUrl
    ? await openPostgresql(configuration.databaseUrl)
    : await openPglite(join(home.path, 'database'))
  const keyring = createKeyring(home.key)
  const health = createHealth({ homeId: home.id, database: database.kind })
  let services: Services | undefined

  const info: PlatformInfo = {
    version: options.version,
    get httpUrl() {
      return api().httpUrl
    },
    get txtUrl() {
      return api().txtUrl
    },
    get picsUrl() {
      return api().picsUrl
    },
    irc: { host: '127.0.0.1', port: ports.irc },
    get ircs() {
      return published.services?.ircs ?? { host: publicHost, port: ports.ircs }
    },
    bouncer: { host: '127.0.0.1', port: ports.bouncer },
    get bouncers() {
      return published.services?.bouncers ?? { host: publicHost, port: ports.bouncers }
    },
    get certificateFingerprint() {
      return published.services?.certificateFingerprint ?? null
    },
    privateUpstreams: configuration.privateUpstreams,
    health: (store) => health.all(store),
  }
  /** The addresses at which the process that serves them says they are reached. */
  const api = () => (configuration.roles.includes('api') ? configuration : { ...configuration, ...published.api })
  const files = await openFiles(configuration, home.path)
  const encoder = createEncoder(Math.min(4, availableParallelism()))
  const billing = configuration.stripe
    ? await openStripeBilling(configuration.stripe, log)
    : (bare: BareRuntime) => openSandboxBilling(bare, home.key)
  const runtime = createRuntime(database, keyring, info, {
    pictures: (bare) => createPictureIntake({ files, encoder, folder: join(home.path, 'uploads'), runtime: bare }),
    billing,
  })
  const published = createPublished(runtime, keyring)
  await sameKey(runtime, keyring)
  await samePayments(runtime.billing, log)
  if (configuration.roles.includes('reconcile')) await sameDatabase(runtime, home)
  await runtime.transaction((store) => published.read(store))
  const wake = await startWake(database, {
    reconcile: (key) => services?.add(key),
    missed: () => services?.resync(),
  })

  const lease = database.kind === 'pglite' ? () => endlessLease : (role: Role) => leaseOf(runtime, `${home.id}/${role}`)
  const stopping = new AbortController()
  const heart = database.kind === 'pglite' ? undefined : beat()
  async function beat(): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        await health.write(runtime.transaction)
        await runtime.transaction((store) => published.read(store))
      } catch (error) {
        log.debug({ err: error }, 'the other processes could not be told')
      }
      await delay(heartbeatMs, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  return {
    keyring,
    runtime,
    wake,
    published,
    /** Where large content lies. */
    files,
    openOwner: () => openOwner(runtime, configuration.ownerName),
    /** The secret paths at which soju and ergo ask about sign-ins. */
    authPaths: () => authPaths(home.path),
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
    /** What billing does by itself, for one process to do. */
    billingDuty: () =>
      billingDuty({
        runtime,
        claims: createEmbeddedClaims(runtime),
        log,
        on: wake.on,
        sandboxSecret: sandboxSecret(home.key),
      }),
    /** Adds parts to `platform status`. */
    addHealth: (role: Role, parts: () => Promise<readonly ServiceHealth[]>) => health.add(role, parts),
    /** Does what only one process may do, or stands by for it. */
    keep: (role: Role, duty: Duty): Promise<Keeper> => keepDuty(duty, lease(role), log),
    get reconcileDepth() {
      return services?.depth ?? 0
    },
    /** Starts ergo, soju and the reconciler, or stands by; the auth endpoint must be listening at `authUrl`. */
    async keepServices(authUrl: string): Promise<Keeper> {
      const opened = createServices({ ...options, home: home.path, keyring, runtime, published, authUrl })
      services = opened
      health.add('reconcile', () => opened.health())
      return keepDuty(opened.duty, lease('reconcile'), log)
    },
    async stop() {
      stopping.abort()
      encoder.close()
      // A database that is away must not keep us.
      const ended = async () => {
        await heart
        if (heart) await runtime.transaction((store) => health.forget(store))
        await wake.stop()
        await database.close()
      }
      await Promise.race([ended(), delay(5000, undefined, { ref: false })])
    },
  }
}

export type Embedded = Awaited<ReturnType<typeof openEmbedded>>

const leaseOf = (runtime: Runtime, holder: string): Lease => ({
  take: (name, lifeMs) => runtime.transaction((store) => store.leases.take(name, holder, lifeMs)),
  renew: (name, lifeMs) => runtime.transaction((store) => store.leases.renew(name, holder, lifeMs)),
  overdue: (name) => runtime.transaction((store) => store.leases.overdue(name, holder)),
  release: async (name) => void (await runtime.transaction((store) => store.leases.release(name, holder))),
})

/** What one key has sealed no other opens, so a process with another one must not join. */
async function sameKey(runtime: Runtime, { key }: Keyring): Promise<void> {
  const proof = createHmac('sha256', key).update('irc.now').digest('hex')
  if ((await runtime.transaction((store) => store.settings.keep('key-proof', proof))) === proof) return
  throw new OperationError(
    'conflict',
    'This database belongs to another key; set IRC_NOW_SECRET_KEY to the one that the other processes use.',
  )
}

/** By another database nothing of this home's soju and ergo has a row, so all of it would be removed. */
async function sameDatabase(runtime: Runtime, home: Home): Promise<void> {
  const made = runtime.random(16).toString('hex')
  const id = await runtime.transaction((store) => store.settings.keep('database-id', made))
  if ((await home.keep('database.id', id)) === id) return
  throw new OperationError(
    'conflict',
    `The bouncers in ${home.path} belong to another database; set DATABASE_URL back, or, to have them removed and follow this one, remove database.id there.`,
  )
}
