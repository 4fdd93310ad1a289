import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalServicesOptions, startLocalServices } from './services.ts'
import { freeListen, TestPlatform } from './test-platform.ts'
import { testPrograms } from './test-programs.ts'

export type TestServices = Awaited<ReturnType<typeof startTestServices>>

/** soju and ergo as a daemon starts them, beside a platform that knows passwords alone; in a folder of their own. */
export async function startTestServices(options: Partial<LocalServicesOptions> = {}) {
  const stateDir = options.stateDir ?? (await mkdtemp(join(tmpdir(), 'services-')))
  const platform = await TestPlatform.start(stateDir)
  const services = await startLocalServices({
    ...{ stateDir, programs: await testPrograms(), listen: options.listen ?? (await freeListen()) },
    ...{ authUrl: platform.url, log: () => {} },
    ...options,
  })
  return {
    stateDir,
    platform,
    services,
    /** Ends all, and leaves nothing. */
    async remove(): Promise<void> {
      await services.stop()
      await platform.stop()
      await rm(stateDir, { recursive: true, force: true })
    },
  }
}
