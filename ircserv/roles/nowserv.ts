import { catalogue } from '@irc-now/core/catalogue'
import type { Embedded } from '@irc-now/core/platform/embedded'
import type { Duty } from '@irc-now/core/platform/lease'
import type { NowServLink } from '@irc-now/core/platform/published'
import type { ServiceHealth } from '@irc-now/core/provisioning/provisioner.port'
import type { Logger } from 'pino'
import { type NowServ, startNowServ } from '../irc/nowserv.ts'
import { createNowServDeps } from '../irc/platform-deps.ts'

/** The role `nowserv`: NowServ's one connection to net.irc.now, as the process that runs ergo has published it. */
export async function startNowServRole(platform: Embedded, log: Logger) {
  const { published, runtime, wake } = platform
  const deps = createNowServDeps({ operations: catalogue, runtime, wake: wake.on, log })
  let current: NowServ | undefined

  const duty: Duty = {
    name: 'nowserv',
    lifeMs: 10_000,
    endMs: 2000,
    async begin(held) {
      let link: NowServLink | undefined
      let ending: Promise<void> = Promise.resolve()
      const connect = () => {
        const wanted = published.nowServLink
        if (JSON.stringify(wanted) === JSON.stringify(link)) return
        link = wanted
        const former = current
        current = undefined
        ending = ending.then(async () => {
          // Where it was, net.irc.now is no longer.
          await former?.stop(0)
          if (wanted && held.valid()) current = startNowServ({ ...connectionOf(wanted), valid: held.valid }, deps)
        })
      }
      const unfollow = published.onChange(connect)
      connect()
      await ending
      return async (lost) => {
        unfollow()
        await ending
        await current?.stop(lost ? 0 : undefined)
        current = undefined
      }
    },
  }
  const keeper = await platform.keep('nowserv', duty)
  platform.addHealth('nowserv', async () => [healthOf(keeper.held, current)])
  return {
    keeper,
    get connected() {
      return current?.connected ?? false
    },
  }
}

const connectionOf = ({ host, port, serverFingerprint, certificate, privateKey }: NowServLink) => ({
  host,
  port,
  tls: true,
  nick: 'NowServ' as const,
  account: 'NowServ',
  password: '',
  clientCertificate: { certificate, privateKey },
  serverFingerprint,
})

function healthOf(held: boolean, nowServ: NowServ | undefined): ServiceHealth {
  if (!held) return { name: 'NowServ (standby)', healthy: true, version: null, detail: null }
  const healthy = nowServ?.connected ?? false
  const detail = nowServ
    ? 'NowServ is not connected to net.irc.now; it tries again by itself.'
    : 'NowServ waits until a process with the role reconcile has told where net.irc.now is.'
  return { name: 'NowServ', healthy, version: null, detail: healthy ? null : detail }
}
