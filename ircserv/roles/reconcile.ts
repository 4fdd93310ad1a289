import type { Embedded } from '@irc-now/core/platform/embedded'
import { sweepDuty } from '@irc-now/core/platform/sweeps'
import type { Logger } from 'pino'
import { createInternalAuth } from '../http/internal-auth.ts'
import { startLoopback } from '../http/server.ts'

/** The role `reconcile`: soju, ergo and the reconciler, the endpoint at which those two ask, the sweeps and billing’s rounds. */
export async function startReconcileRole(platform: Embedded, log: Logger) {
  const auth = createInternalAuth({ paths: await platform.authPaths(), checkLogin: platform.checkLogin })
  const server = await startLoopback(auth)
  try {
    const services = await platform.keepServices(server.url)
    const sweeps = await platform.keep('reconcile', sweepDuty(platform.runtime, log))
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
