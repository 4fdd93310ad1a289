import { rmdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { authPaths } from './auth-endpoint.ts'
import { keptCertificate, serverNames } from './certificates.ts'
import { createDedicatedSojus } from './dedicated-sojus.ts'
import { createErgoService } from './ergo-service.ts'
import { type Front, type FrontOptions, startFront } from './front.ts'
import { assertFree, type ListenAddress } from './ports.ts'
import { privateFolder } from './private-files.ts'
import { endOrphan } from './process-identity.ts'
import type { Programs } from './program.ts'
import { reachable } from './readiness.ts'
import { createSojuService } from './soju-service.ts'
import { socketFolder } from './state-folders.ts'
import type { ServiceLog } from './supervisor.ts'
import { startUploadFront, type UploadFront } from './upload-front.ts'

export interface LocalListen {
  /** net.irc.now, plain: loopback. */
  readonly irc: ListenAddress
  readonly ircs: ListenAddress
  /** The bouncer, plain: loopback. */
  readonly bouncer: ListenAddress
  readonly bouncerTls: ListenAddress
}

export interface LocalServicesOptions {
  /** Whoever calls must hold the lock on this folder: what a former daemon left running in it is ended. */
  readonly stateDir: string
  readonly programs: Programs
  readonly listen: LocalListen
  /** Origin of the daemon's own loopback listener, `http://127.0.0.1:PORT`; it serves `authPaths(stateDir)`. */
  readonly authUrl: string
  /** The platform's own origin, which has `/uploads` for IRC clients; where absent they can't upload. */
  readonly uploadOrigin?: string
  /** Setting that each listener's port comes from, for errors: `--irc-port`, `IRC_NOW_IRC_PORT`, … */
  readonly settings?: Partial<Record<keyof LocalListen, string>>
  readonly networkName?: string
  readonly bouncerHostname?: string
  readonly log: ServiceLog
  readonly progress?: (step: string) => void
  /** Milliseconds between two questions whether a soju still answers; a minute. */
  readonly askMs?: number
  readonly onErgoReady?: (restarted: boolean) => void
  readonly onSojuReady?: (restarted: boolean) => void
}

/** Which soju a client, or what it uploads, belongs to. */
export interface Routes extends Pick<FrontOptions, 'contextOf' | 'routeOf'> {
  /** The socket at which the soju takes uploads that has a user; of nobody known, the shared one's. */
  uploadSocketOf(username: string | null): Promise<string | null>
}

export type LocalServices = Awaited<ReturnType<typeof startLocalServices>>

/** Starts ergo, then soju; resolves when both are ready, soju to whoever opens the front; rejects leaving neither running. */
export async function startLocalServices(options: LocalServicesOptions) {
  const { listen, log, programs } = options
  const progress = options.progress ?? (() => {})
  const stateDir = await privateFolder(resolve(options.stateDir))
  const socketDir = await socketFolder(stateDir)
  const paths = await authPaths(stateDir)
  const auth = new URL(options.authUrl)
  const networkName = options.networkName ?? 'net.irc.now'

  const ergoRestarts = new Set<() => void>()
  const ergo = await createErgoService({
    stateDir,
    socketDir,
    program: programs.ergo,
    networkName,
    plain: listen.irc,
    tls: listen.ircs,
    auth: { host: auth.hostname.replace(/^\[|\]$/g, ''), port: Number(auth.port || 80), path: paths.ergo },
    log,
    onReady(restarted) {
      if (restarted) for (const hear of ergoRestarts) hear()
      options.onErgoReady?.(restarted)
    },
  })
  const hostname = options.bouncerHostname ?? 'bouncer.irc.now'
  const sojuInput = {
    stateDir,
    socketDir,
    program: programs.soju,
    hostname,
    title: 'irc.now',
    authUrl: new URL(paths.soju, auth).href,
    uploads:
      options.uploadOrigin === undefined
        ? null
        : { to: new URL(paths.uploads, auth).href, origin: options.uploadOrigin },
    log,
    askMs: options.askMs,
    onReady: options.onSojuReady,
  }
  const soju = await createSojuService(sojuInput)
  const dedicated = createDedicatedSojus(sojuInput, soju.data)
  const certificate = await keptCertificate(join(stateDir, 'certificates'), 'soju', 'server', serverNames(hostname))
  let front: Front | undefined
  let uploadFront: UploadFront | undefined
  const uploadSocket = options.uploadOrigin === undefined ? null : join(socketDir, 'uploads')

  // What a former daemon left running holds our ports.
  for (const { spec } of [ergo.service, soju.service]) await endOrphan(spec.pidFile, spec.marker)
  for (const name of ['irc', 'ircs', 'bouncer', 'bouncerTls'] as const) {
    await assertFree(listen[name], options.settings?.[name] ?? `the port of "${name}"`)
  }

  async function stop(): Promise<void> {
    await front?.stop()
    await uploadFront?.stop()
    await Promise.all([soju.stop(), dedicated.stop()])
    await ergo.stop()
    await rmdir(socketDir).catch(() => {})
  }
  try {
    progress(`starting net.irc.now (ergo ${programs.ergo.version})`)
    await ergo.service.start()
    progress(`starting the bouncer (soju ${programs.soju.version})`)
    await soju.service.start()
  } catch (error) {
    await stop()
    throw error
  }
  return {
    ergo,
    soju,
    dedicated,
    programs,
    networkName,
    addresses: {
      irc: at(listen.irc),
      ircs: { ...at(listen.ircs), fingerprint: ergo.server.fingerprint },
      bouncer: at(listen.bouncer),
      bouncerTls: { ...at(listen.bouncerTls), fingerprint: certificate.fingerprint },
    },
    /** NowServ's client certificate: SASL EXTERNAL with it is its account, its nick and its operator class. */
    nowServ: ergo.nowServ,
    stateDir,
    log,
    /** Where uploads for all sojus are taken; null where nobody can upload. */
    uploadSocket,
    /** Lets clients in, from now on. */
    async openFront({ uploadSocketOf, ...routes }: Routes): Promise<void> {
      front = await startFront({ plain: listen.bouncer, tls: listen.bouncerTls, certificate, ...routes })
      if (uploadSocket !== null) uploadFront = await startUploadFront(uploadSocket, uploadSocketOf)
    },
    /** Calls back each time ergo is there again after it was gone. */
    onErgoRestart: (hear: () => void): void => void ergoRestarts.add(hear),
    stop,
  }
}

function at({ host, port }: ListenAddress): ListenAddress {
  return { host: reachable(host), port }
}
