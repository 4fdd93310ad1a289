import type { Interval } from './plans.ts'

/**
 * The `n`th end of a period since the anchor: the same day of the month and time of day, or the month’s last day where
 * it is shorter; from 31 January on 28 or 29 February, 31 March. In UTC, so no clock is ever changed.
 */
export function periodEnd(anchor: Date, interval: Interval, n: number): Date {
  const months = anchor.getUTCMonth() + (interval === 'year' ? 12 : 1) * n
  const lastDay = new Date(Date.UTC(anchor.getUTCFullYear(), months + 1, 0)).getUTCDate()
  const end = new Date(anchor)
  end.setUTCFullYear(anchor.getUTCFullYear(), months, Math.min(anchor.getUTCDate(), lastDay))
  return end
}

/** A day as members are told it: `2026-01-31`, in UTC. */
export const onDay = (date: Date): string => date.toISOString().slice(0, 10)

/** A part of an amount, in whole cents: `cents × part ÷ whole`, halves away from zero. `part` and `whole` are whole. */
export function share(cents: number, part: number, whole: number): number {
  const product = BigInt(Math.abs(cents)) * BigInt(part)
  const rounded = Number((2n * product + BigInt(whole)) / (2n * BigInt(whole)))
  return cents < 0 ? -rounded : rounded
}
