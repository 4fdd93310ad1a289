import { OperationError } from '@irc-now/core/operation/errors'

/** A token bucket for each key: `burst` at once, `perSecond` on the long run. Full buckets are forgotten. */
export function createRateLimit(options: { burst: number; perSecond: number; now(): number }) {
  const buckets = new Map<string, { tokens: number; at: number }>()
  return {
    /** Takes one; throws `rate_limited` with the seconds to wait. */
    take(key: string): void {
      const now = options.now()
      const old = buckets.get(key) ?? { tokens: options.burst, at: now }
      const tokens = Math.min(options.burst, old.tokens + ((now - old.at) / 1000) * options.perSecond)
      if (tokens < 1) {
        const retryAfter = (1 - tokens) / options.perSecond
        throw new OperationError('rate_limited', `Too many requests; wait ${Math.ceil(retryAfter)} s and try again.`, {
          details: { retryAfter },
        })
      }
      buckets.set(key, { tokens: tokens - 1, at: now })
      if (buckets.size > 10_000) forget(now)
    },
  }

  function forget(now: number): void {
    for (const [key, { tokens, at }] of buckets) {
      if (tokens + ((now - at) / 1000) * options.perSecond >= options.burst) buckets.delete(key)
    }
  }
}
