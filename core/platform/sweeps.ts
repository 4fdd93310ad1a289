import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Files } from '../content/files.port.ts'
import { sweepFiles } from '../content/sweep-files.ts'
import type { Runtime } from '../operation/runtime.ts'
import type { SweptTable } from '../store/sweep-store.ts'
import type { Duty } from './lease.ts'

const hour = 3_600_000
const day = 24 * hour

/** How long rows stay after they were written or have ended, in milliseconds. The audit stays for ever. */
export const kept: Readonly<Record<SweptTable, number>> = {
  events: 7 * day,
  idempotency: day,
  // A day on, a link that was used or forgotten can still be explained.
  one_time_links: day,
  oidc_payloads: 0,
  pastes: 0,
  pictures: 0,
  // The count of failures outlives the block, or waiting it out would start it afresh.
  throttles: day,
  // Stripe sends one again for three days; a month on, nobody asks what came.
  webhook_events: 30 * day,
  leases: day,
  health: day,
}

const batch = 1000
const everyMs = 10 * 60_000

/** Deletes what has had its time, so many rows a transaction, so that others get their turn. Answers how many. */
export async function sweep(
  runtime: Pick<Runtime, 'transaction' | 'now'>,
  signal?: AbortSignal,
  size = batch,
): Promise<number> {
  let count = 0
  for (const [table, keptMs] of Object.entries(kept) as [SweptTable, number][]) {
    const before = new Date(runtime.now().getTime() - keptMs)
    for (let deleted = size; deleted === size && !signal?.aborted; count += deleted) {
      deleted = await runtime.transaction((store) => store.sweeps.delete(table, before, size))
    }
  }
  return count
}

export const sweepDuty = (runtime: Pick<Runtime, 'transaction' | 'now'>, files: Files, log: Logger): Duty => ({
  name: 'sweep',
  lifeMs: 60_000,
  endMs: 5000,
  async begin({ signal }) {
    const running = (async () => {
      while (!signal.aborted) {
        try {
          const rows = await sweep(runtime, signal)
          // After the rows: a file is needed for as long as one tells of it.
          const gone = await sweepFiles({ ...runtime, files }, signal)
          if (rows + gone > 0) log.debug({ rows, files: gone }, 'swept')
        } catch (error) {
          log.warn({ err: error }, 'sweeping failed; it is tried again')
        }
        await delay(everyMs, undefined, { signal }).catch(() => undefined)
      }
    })()
    return async (lost) => {
      if (!lost) await Promise.race([running, delay(3000, undefined, { ref: false })])
    }
  },
})
