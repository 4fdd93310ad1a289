import type { Embedded } from '@irc-now/core/platform/embedded'
import { sweepDuty } from '@irc-now/core/platform/sweeps'
import type { Logger } from 'pino'
import { createClientUploads } from '../http/content/client-uploads.ts'
import { createInternalAuth } from '../http/internal-auth.ts'
import { startLoopback } from '../http/server.ts'

/**
 * The role `reconcile`: soju, ergo and the reconciler, the endpoints at which those two ask and to which soju passes
 * uploads, the sweeps and billing’s rounds.
 */
export async function startReconcileRole(platform: Embedded, log: Logger) {
  const paths = await platform.authPaths()
  const app = createInternalAuth({ paths, checkLogin: platform.checkLogin })
  app.route('/', createClientUploads({ path: paths.uploads, runtime: platform.runtime, log }))
  const server = await startLoopback(app)
  try {
    const services = await platform.keepServices(server.url)
    const sweeps = await platform.keep('reconcile', sweepDuty(platform.runtime, platform.files, log))
    const billing = await platform.keep('reconcile', platform.billingDuty())
    return {
      async stop(): Promise<void> {
        await billing.stop()
        await sweeps.stop()
        await services.stop()
        await server.close(1000)
      },
    }
  } catch (error) {
    await server.close(0)
    throw error
  }
}
