import { OperationError } from '../operation/errors.ts'
import { type PlanLimits, plans } from './plans.ts'

export type LimitName = keyof PlanLimits

/** Each limit with its reason. Upstreams are counted over all bouncers; those that the platform adds are free. */
export interface Entitlements {
  readonly plan: string
  readonly limits: Readonly<Record<LimitName, { readonly value: number | null; readonly why: string }>>
  readonly keepsForEver: boolean
}

export function entitlementsOf(planName: string): Entitlements {
  const plan = plans[planName] ?? plans.free!
  const entries = Object.entries(plan.limits).map(([name, value]) => [name, { value, why: `the ${plan.title} plan` }])
  return {
    plan: plan.name,
    limits: Object.fromEntries(entries) as Entitlements['limits'],
    keepsForEver: plan.keepsForEver,
  }
}

/** What can be counted, with the noun of what is to be deleted for room. */
const nouns = { bouncers: 'bouncer', upstreams: 'upstream', 'paste.live': 'paste' } as const

/** Throws `quota_reached` where one more would be too many. `used` is counted inside the writing transaction. */
export function assertRoom(entitlements: Entitlements, what: keyof typeof nouns, used: number): void {
  const { value, why } = entitlements.limits[what]
  if (value === null || used < value) return
  const noun = nouns[what]
  throw new OperationError(
    'quota_reached',
    `You have ${used} of ${value} ${value === 1 ? noun : `${noun}s`} (${why}); delete one with “${noun} delete”.`,
    { details: { limit: value, used, why } },
  )
}
