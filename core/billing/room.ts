import { OperationError } from '../operation/errors.ts'
import type { Entitlements } from './entitlements.ts'
import type { LimitName } from './plans.ts'

/** What can be counted, with its noun on the front ends. */
export const nouns = {
  bouncers: 'bouncer',
  upstreams: 'upstream',
  'paste.live': 'paste',
} as const satisfies Partial<Record<LimitName, string>>

export type Counted = keyof typeof nouns

/** Throws `quota_reached` where one more would be too many. `count` asks inside the writing transaction, where it matters. */
export async function assertRoom({ limits }: Entitlements, what: Counted, count: () => Promise<number>): Promise<void> {
  const { value, why } = limits[what]
  if (value === null) return
  const used = await count()
  if (used < value) return
  const noun = nouns[what]
  throw new OperationError(
    'quota_reached',
    `You have ${used} of ${value} ${value === 1 ? noun : `${noun}s`} (${why}); delete one with “${noun} delete”, or see “plan show”.`,
    { details: { limit: value, used, why } },
  )
}
