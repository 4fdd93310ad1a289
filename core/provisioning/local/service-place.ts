import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { keptCertificate } from './certificates.ts'
import type { ListenAddress } from './ports.ts'
import { dropPresence } from './presence.ts'
import { privateFolder } from './private-files.ts'
import type { Program } from './program.ts'
import { serviceEnvironment, untilListening } from './readiness.ts'
import { type ServiceSpec, SupervisedService, type SupervisorOptions } from './supervisor.ts'

/** What ergo and soju are both given. */
export interface ServiceInput extends SupervisorOptions {
  readonly stateDir: string
  readonly socketDir: string
  readonly program: Program
  readonly plain: ListenAddress
  readonly tls: ListenAddress
}

/** Where a service has its things: a folder and a socket of its own, and the certificate of its TLS port for `names`. */
export async function createServicePlace(
  name: string,
  configFile: string,
  input: ServiceInput,
  names: readonly string[],
) {
  const folder = await privateFolder(join(input.stateDir, name))
  const certificates = join(input.stateDir, 'certificates')
  return {
    name,
    folder,
    certificates,
    server: await keptCertificate(certificates, name, 'server', [...names, 'localhost', '127.0.0.1', '::1']),
    adminSocket: join(input.socketDir, `${name}-admin`),
    configPath: join(folder, configFile),
  }
}

/** The supervised service at a place; it is ready when it `answers` and both its ports listen. */
export function superviseAt(
  place: Awaited<ReturnType<typeof createServicePlace>>,
  input: ServiceInput,
  admin: { close(): void },
  how: Pick<ServiceSpec, 'args' | 'prepare' | 'presence'> & { answers(died: AbortSignal): Promise<void> },
) {
  const { name, folder, configPath, adminSocket } = place
  const { answers, ...spec } = how
  const service = new SupervisedService(
    {
      ...spec,
      name,
      command: input.program.path,
      cwd: folder,
      env: serviceEnvironment(folder, input.program),
      pidFile: join(folder, `${name}.pid`),
      marker: configPath,
      ready: async (died) => {
        await answers(died)
        await untilListening(input.plain, died)
        await untilListening(input.tls, died)
      },
    },
    input,
  )
  return {
    service,
    async stop(): Promise<void> {
      admin.close()
      await service.stop()
      await rm(adminSocket, { force: true })
      if (how.presence) await dropPresence(how.presence)
    },
  }
}
