import { z } from 'zod'
import type { Entitlements } from '../billing/entitlements.ts'
import { OperationError } from '../operation/errors.ts'

const hour = 3_600_000
/** In milliseconds; null is never. */
const lives = { '1h': hour, '1d': 24 * hour, '7d': 7 * 24 * hour, '90d': 90 * 24 * hour, never: null } as const

export const Expires = z
  .enum(Object.keys(lives) as [keyof typeof lives, ...(keyof typeof lives)[]])
  .describe(
    'When it goes; “never” where your plan lets it stay for ever. When absent, after the time that “plan show” says, or never if your profile says so.',
  )

/** What a plan says of each: its limit, and what that counts. */
const terms = {
  paste: { limit: 'paste.lifeHours', unit: 'hours', ms: hour },
  picture: { limit: 'picture.lifeDays', unit: 'days', ms: 24 * hour },
} as const

/**
 * When something goes that is published, or told so, now; `null` is never, which is also meant where nothing is said, the
 * member `keeps` what they publish, and the plan lets them. Throws `quota_reached` where the plan won't have it.
 */
export function endOf(
  what: keyof typeof terms,
  expires: z.output<typeof Expires> | undefined,
  plan: Entitlements,
  now: Date,
  keeps = false,
): Date | null {
  const { limit, unit, ms } = terms[what]
  const { value, why } = plan.limits[limit]
  const longest = value === null ? null : value * ms
  const wanted = expires !== undefined ? lives[expires] : keeps && plan.keepsForEver ? null : longest
  const allowed = longest === null || (wanted === null ? plan.keepsForEver : wanted <= longest)
  if (allowed) return wanted === null ? null : new Date(now.getTime() + wanted)
  throw new OperationError(
    'quota_reached',
    `A ${what} stays ${value} ${unit} at most (${why}); say a shorter time, or none for the longest.`,
    { field: 'expires', details: { limit: value, why } },
  )
}
