import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import type { Entitlements } from './entitlements.ts'
import { type LimitName, limitNames } from './plans.ts'
import { nouns } from './room.ts'
import { usageOf } from './usage.ts'

const Line = z.object({
  limit: z.string(),
  allowed: z.string().describe('What you may have; “no limit”, where there is none.'),
  used: z.int().nullable().describe('What you have, where it can be counted.'),
  why: z.string(),
  next: z.string().describe('What you can do about it.'),
})

export const showPlan = defineOperation({
  name: 'plan.show',
  summary: 'Show what you may have, what you have, why, and how to have more.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({ items: z.array(Line) }),
  columns: ['limit', 'allowed', 'used', 'why', 'next'],
  errors: [],
  async handle(_input, { actor, store, now, entitlements }) {
    const entitled = await entitlements()
    const used = await usageOf(store, actor.id, now)
    return { items: limitNames.map((name) => lineOf(name, entitled, used[name] ?? null)) }
  },
})

function lineOf(name: LimitName, entitled: Entitlements, used: number | null): z.input<typeof Line> {
  const { value, why } = entitled.limits[name]
  return { limit: name, allowed: allowed(name, value), used, why, next: next(name, entitled, used) }
}

function allowed(name: LimitName, value: number | null): string {
  if (value === null) return 'no limit'
  if (name === 'paste.lifeHours') return value % 24 === 0 && value > 24 ? `${value / 24} days` : `${value} hours`
  if (name === 'paste.maxBytes') return `${value / 1024} KB`
  return String(value)
}

/** What gives more of something, in words that can be typed. */
const ways: Partial<Record<LimitName, string>> = {
  'bouncer.dedicated': 'billing upgrade pro',
  upstreams: 'billing upgrade pro',
  'paste.live': 'billing upgrade pro',
  'paste.lifeHours': 'billing upgrade pro',
  networks: 'billing upgrade network-starter',
  'network.users': 'billing upgrade network-starter',
  'bot.live': 'billing addon add bots',
  'log.search': 'billing addon add log-search',
}

function next(name: LimitName, { limits, plan, standing }: Entitlements, used: number | null): string {
  const { value } = limits[name]
  if (value === null) return 'nothing to do'
  if (used !== null && used > value) return `more than you may have; say what stays: plan keep ${nounOf(name)} NAME`
  if (standing === 'grace' || standing === 'restricted') return 'pay what is open: billing portal'
  const way = ways[name]
  if (way === undefined || (plan === 'pro' && way === 'billing upgrade pro'))
    return used === null ? 'nothing to do' : room(used, value)
  if (name === 'networks' && value === 1) return 'billing upgrade network-growth'
  return way
}

const nounOf = (name: LimitName) => nouns[name as keyof typeof nouns]
const room = (used: number, value: number) => (used < value ? `${value - used} more can be had` : 'delete one for room')
