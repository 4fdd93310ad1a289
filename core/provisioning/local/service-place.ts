import { rm } from 'node:fs/promises'
import { join } from 'node:path'
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
  /** Where it does TLS itself. */
  readonly tls?: ListenAddress
}

/** Where a service has its things: a folder and a socket of its own. */
export async function createServicePlace(
  name: string,
  configFile: string,
  input: ServiceInput,
  /** For one of several of a kind: its folder in the state folder, and a short name for its socket. */
  { folder: path = name, short = name }: { folder?: string; short?: string } = {},
) {
  const folder = await privateFolder(join(input.stateDir, path))
  return {
    name,
    folder,
    pidFile: join(folder, `${short}.pid`),
    adminSocket: join(input.socketDir, `${short}-admin`),
    configPath: join(folder, configFile),
  }
}

/** The supervised service at a place; it is ready when it `serves` and its ports listen. */
export function superviseAt(
  place: Awaited<ReturnType<typeof createServicePlace>>,
  input: ServiceInput,
  admin: { close(): void },
  how: Pick<ServiceSpec, 'args' | 'prepare' | 'presence' | 'answers'> & { serves(died: AbortSignal): Promise<void> },
) {
  const { name, folder, pidFile, configPath, adminSocket } = place
  const { serves, ...spec } = how
  const service = new SupervisedService(
    {
      ...spec,
      name,
      command: input.program.path,
      cwd: folder,
      env: serviceEnvironment(folder, input.program),
      pidFile,
      marker: configPath,
      ready: async (died) => {
        await serves(died)
        await untilListening(input.plain, died)
        if (input.tls) await untilListening(input.tls, died)
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
