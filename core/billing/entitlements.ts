import { OperationError } from '../operation/errors.ts'
import { plans } from './plans.ts'

/** Each limit with its reason. Upstreams are counted over all bouncers; those that the platform adds are free. */
export interface Entitlements {
  readonly plan: string
  readonly limits: Readonly<Record<'bouncers' | 'upstreams', { readonly value: number | null; readonly why: string }>>
}

export function entitlementsOf(planName: string): Entitlements {
  const plan = plans[planName] ?? plans.free!
  const limit = (value: number | null) => ({ value, why: `the ${plan.title} plan` })
  return { plan: plan.name, limits: { bouncers: limit(plan.limits.bouncers), upstreams: limit(plan.limits.upstreams) } }
}

/** Throws `quota_reached` where one more would be too many. `used` is counted inside the writing transaction. */
export function assertRoom(entitlements: Entitlements, what: 'bouncers' | 'upstreams', used: number): void {
  const { value, why } = entitlements.limits[what]
  if (value === null || used < value) return
  const noun = what.slice(0, -1)
  throw new OperationError(
    'quota_reached',
    `You have ${used} of ${value} ${value === 1 ? noun : what} (${why}); delete one with “${noun} delete”.`,
    { details: { limit: value, used, why } },
  )
}
