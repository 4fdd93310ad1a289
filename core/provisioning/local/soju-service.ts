import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { keptCertificate } from './certificates.ts'
import type { ListenAddress } from './ports.ts'
import { privateFolder, writePrivateFile } from './private-files.ts'
import type { Program } from './program.ts'
import { serviceEnvironment, untilListening, untilTrue } from './readiness.ts'
import { SojuAdmin } from './soju-admin.ts'
import { sojuConfig, sojuMotd } from './soju-config.ts'
import { SupervisedService, type SupervisorOptions } from './supervisor.ts'

export interface SojuServiceInput extends SupervisorOptions {
  readonly stateDir: string
  readonly socketDir: string
  readonly program: Program
  readonly hostname: string
  readonly title: string
  readonly plain: ListenAddress
  readonly tls: ListenAddress
  readonly authUrl: string
}

/** The shared bouncer: soju by our configuration, and the link by which the platform runs it. */
export async function createSojuService(input: SojuServiceInput) {
  const folder = await privateFolder(join(input.stateDir, 'soju'))
  const certificates = join(input.stateDir, 'certificates')
  const server = await keptCertificate(certificates, 'soju', 'server', [
    input.hostname,
    'localhost',
    '127.0.0.1',
    '::1',
  ])
  const adminSocket = join(input.socketDir, 'soju-admin')
  const admin = new SojuAdmin(adminSocket)
  const configPath = join(folder, 'soju.conf')

  async function prepare(): Promise<void> {
    // soju does not start where a killed one left its socket.
    await rm(adminSocket, { force: true })
    await writePrivateFile(join(folder, 'motd.txt'), sojuMotd)
    await writePrivateFile(
      configPath,
      sojuConfig({
        folder,
        hostname: input.hostname,
        title: input.title,
        plain: input.plain,
        tls: input.tls,
        certPath: server.certPath,
        keyPath: server.keyPath,
        adminSocket,
        authUrl: input.authUrl,
      }),
    )
  }

  const service = new SupervisedService(
    {
      name: 'soju',
      command: input.program.path,
      args: ['-config', configPath],
      cwd: folder,
      env: serviceEnvironment(folder, input.program),
      pidFile: join(folder, 'soju.pid'),
      marker: configPath,
      prepare,
      ready: async (died) => {
        await untilTrue(() => untilUsersLoaded(admin), died)
        await untilListening(input.plain, died)
        await untilListening(input.tls, died)
      },
    },
    input,
  )

  return {
    service,
    admin,
    server,
    async stop(): Promise<void> {
      admin.close()
      await service.stop()
      await rm(adminSocket, { force: true })
    },
  }
}

/**
 * soju listens before it has loaded its users; a command in between would find them unknown, or make one twice. Its
 * status tells `loaded/stored users`. With none stored, loading them takes next to no time: a short wait is enough.
 */
async function untilUsersLoaded(admin: SojuAdmin): Promise<void> {
  const counts = await userCounts(admin)
  if (counts.loaded !== counts.stored) throw new Error('users are being loaded')
  if (counts.stored === 0) await delay(100)
}

export async function userCounts(admin: SojuAdmin): Promise<{ loaded: number; stored: number }> {
  const [status = ''] = await admin.run('server', 'status')
  const [, loaded, stored] = /^(\d+)\/(\d+) users/.exec(status) ?? []
  if (loaded === undefined || stored === undefined) throw new Error(`unknown status: ${status}`)
  return { loaded: Number(loaded), stored: Number(stored) }
}
