import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { IdentityClaims } from '../accounts/identity.port.ts'
import { billingWake } from '../billing/clock.ts'
import { billingRound } from '../billing/rounds.ts'
import { deliverEvents, postTo } from '../billing/sandbox/deliveries.ts'
import type { Runtime } from '../operation/runtime.ts'
import type { Duty } from './lease.ts'

const everyMs = 15_000

export interface BillingDutyOptions {
  readonly runtime: Runtime
  readonly claims: IdentityClaims
  readonly log: Logger
  /** Calls `hear` when there is something that can’t wait; answers how to stop. */
  on(key: string, hear: () => void): () => void
  /** With which the sandbox signs. */
  readonly sandboxSecret: string
}

/** What billing does by itself: due dates, what webhooks left undone, what others are still to be told; and the sandbox’s part. */
export function billingDuty({ runtime, claims, log, on, sandboxSecret }: BillingDutyOptions): Duty {
  const { sandbox } = runtime.billing
  const post = postTo(() => `${runtime.platform.httpUrl}/webhooks/stripe`)
  const deps = {
    ...runtime,
    putClaims: claims.putClaims,
    problem: (error: unknown, what: string, whom?: object) =>
      log.warn({ err: error, ...whom }, `${what}; it is tried again`),
  }

  async function round(signal: AbortSignal): Promise<void> {
    if (sandbox) {
      await sandbox.catchUp()
      while (!signal.aborted && (await deliverEvents(runtime, sandboxSecret, post)) > 0);
    }
    await billingRound(deps, signal)
  }

  return {
    name: 'billing',
    lifeMs: 60_000,
    endMs: 5000,
    async begin({ signal }) {
      let poke = () => {}
      const unfollow = on(billingWake, () => poke())
      const running = (async () => {
        while (!signal.aborted) {
          // Asked for before the round, so that what comes while it runs is not overheard.
          const woken = new Promise<void>((resolve) => {
            poke = resolve
          })
          await round(signal).catch((error) => log.warn({ err: error }, 'billing’s round failed; it is tried again'))
          await Promise.race([woken, delay(everyMs, undefined, { signal, ref: false }).catch(() => undefined)])
        }
      })()
      return async (lost) => {
        unfollow()
        poke()
        if (!lost) await Promise.race([running, delay(3000, undefined, { ref: false })])
      }
    },
  }
}
