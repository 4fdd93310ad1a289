import { z } from 'zod'

/** What an account has that can be seen. */
export interface ContentUse {
  readonly count: number
  readonly bytes: number
  /** When the first of them goes; null where none does. */
  readonly nextExpiry: Date | null
}

/** Of all accounts; what was taken down or has expired counts until it is swept. */
export interface ContentTotal {
  readonly accounts: number
  readonly live: number
  readonly bytes: number
  readonly removed: number
  readonly expired: number
}

export const Use = z.object({
  what: z.enum(['pastes', 'pictures']),
  used: z.string().describe('As people read it.'),
  quota: z.string().describe('What your plan allows, likewise; “no limit” where there is none.'),
  bar: z.string().nullable().describe('How much of it is used; null where there is no limit.'),
  nextExpiry: z.string().nullable().describe('ISO 8601: when the first of them goes.'),
  count: z.int(),
  bytes: z.int(),
  limit: z.int().nullable().describe('How many pastes, or how many bytes of pictures; null is no limit.'),
})

const width = 20

/** `[#####...............] 25 %`; null where nothing limits it. What is used at all shows, if only as `<1 %`. */
export function barOf(used: number, limit: number | null): string | null {
  if (limit === null) return null
  const part = limit === 0 ? 1 : Math.min(1, used / limit)
  const done = used === 0 ? 0 : Math.max(1, Math.floor(part * width))
  const percent = used > 0 && part < 0.01 ? '<1' : String(Math.floor(part * 100))
  return `[${'#'.repeat(done)}${'.'.repeat(width - done)}] ${percent} %`
}
