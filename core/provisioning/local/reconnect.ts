import { setTimeout as delay } from 'node:timers/promises'
import { notSignedInOn } from './apply-bouncer.ts'
import type { Ledger, LedgerBouncer } from './ledger.ts'
import type { SojuBouncer } from './soju-bouncer.ts'

/** Which of the bouncers' upstreams to connect anew. */
export interface ReconnectFilter {
  readonly addresses: readonly string[]
  /** Only those that sign in as this account, whatever their state; null: all that are not signed in. */
  readonly login: string | null
}

/**
 * Connects upstreams to net.irc.now anew, at once: left alone, soju waits a minute or more after a refusal, and for
 * ever as a guest.
 */
export async function reconnect(
  ledger: Ledger<LedgerBouncer>,
  bouncerOf: (username: string) => SojuBouncer,
  { addresses, login }: ReconnectFilter,
): Promise<number> {
  let count = 0
  for (const username of await ledger.names()) {
    const known = await ledger.read(username)
    const ours = Object.entries(known?.upstreams ?? {}).filter(
      ([, upstream]) =>
        addresses.includes(upstream.address) &&
        (login === null || upstream.login?.toLowerCase() === login.toLowerCase()),
    )
    if (ours.length === 0) continue
    const bouncer = bouncerOf(username)
    if (!(await bouncer.enabled())) continue
    const names = ours.map(([name]) => name)
    for (const name of login === null ? await notSignedInOn(bouncer, names) : names) {
      await bouncer.reconnect(name)
      count++
    }
  }
  return count
}

/** After an outage: now, and again later for those that had not noticed yet, until all are back. */
export async function reconnectUntilAll(attempt: () => Promise<number>, stopped: AbortSignal): Promise<void> {
  for (const pauseMs of [0, 3000, 7000, 10_000, 15_000, 30_000]) {
    await delay(pauseMs, undefined, { signal: stopped, ref: false })
    if ((await attempt()) === 0 && pauseMs > 0) return
  }
}
