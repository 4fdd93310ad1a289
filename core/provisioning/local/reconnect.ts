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
  bouncerOf: (username: string) => Promise<SojuBouncer>,
  { addresses, login }: ReconnectFilter,
): Promise<number> {
  let count = 0
  let failure: { readonly error: unknown } | undefined
  for (const username of await ledger.names()) {
    const known = await ledger.read(username)
    const ours = Object.entries(known?.upstreams ?? {}).filter(
      ([, upstream]) =>
        addresses.includes(upstream.address) &&
        (login === null || upstream.login?.toLowerCase() === login.toLowerCase()),
    )
    if (ours.length === 0) continue
    const names = ours.map(([name]) => name)
    try {
      const bouncer = await bouncerOf(username)
      if (!(await bouncer.enabled())) continue
      for (const name of login === null ? await notSignedInOn(bouncer, names) : names) {
        await bouncer.reconnect(name)
        count++
      }
    } catch (error) {
      // Of many sojus one may be down; the others' bouncers don't wait for it.
      failure ??= { error }
    }
  }
  if (failure) throw failure.error
  return count
}

/** After an outage: now, and again later for those that had not noticed yet, until all are back. */
export async function reconnectUntilAll(attempt: () => Promise<number>, stopped: AbortSignal): Promise<void> {
  for (const pauseMs of [0, 3000, 7000, 10_000, 15_000, 30_000]) {
    await delay(pauseMs, undefined, { signal: stopped, ref: false })
    const done = await attempt().catch(() => null)
    if (done === 0 && pauseMs > 0) return
  }
}
