import { OperationError } from '@irc-now/core/operation/errors'

/** A token bucket for each key: `burst` at once, `perSecond` on the long run. Full buckets are forgotten. */
export function createRateLimit(options: { burst: number; perSecond: number; now(): number }) {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    /** Takes one; throws `rate_limited` with the seconds to wait. */
    take(key: string): void {
      const left = leftOf(key)
      refuseBelowOne(left)
      put(key, left - 1)
    },
    /** Throws where there is none to take, and takes none. */
    check: (key: string) => refuseBelowOne(leftOf(key)),
    /** Takes one, or the last part of one: what is counted has happened already. */
    count: (key: string) => put(key, Math.max(0, leftOf(key) - 1)),
  }

  function leftOf(key: string): number {
    const old = buckets.get(key)
    return old
      ? Math.min(options.burst, old.tokens + ((options.now() - old.at) / 1000) * options.perSecond)
      : options.burst
  }

  function put(key: string, tokens: number): void {
    const now = options.now()
    buckets.set(key, { tokens, at: now })
    if (buckets.size > 10_000) forget(now)
  }

  function refuseBelowOne(tokens: number): void {
    if (tokens >= 1) return
    const retryAfter = (1 - tokens) / options.perSecond
    throw new OperationError('rate_limited', `Too many requests; wait ${Math.ceil(retryAfter)} s and try again.`, {
      details: { retryAfter },
    })
  }

  function forget(now: number): void {
    for (const [key, { tokens, at }] of buckets) {
      if (tokens + ((now - at) / 1000) * options.perSecond >= options.burst) buckets.delete(key)
    }
  }
}
