import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { limitAmount, limitTitles } from '../operation/limit-amount.ts'
import type { Entitlements } from './entitlements.ts'
import { limitAllowed } from './limit-text.ts'
import { type LimitName, limitNames } from './plans.ts'
import { nouns } from './room.ts'
import { usageOf } from './usage.ts'

const Line = z.object({
  what: z.string().describe('The limit, as people call it.'),
  limit: z.string().describe('The limit’s name; “forEver” is whether what is published may stay until it is deleted.'),
  allowed: z.string().describe('What you may have; “no limit”, where there is none.'),
  used: z.string().nullable().describe('What you have, where it can be counted.'),
  why: z.string(),
  next: z.string().describe('What you can do about it.'),
  value: z
    .number()
    .nullable()
    .describe('What you may have, in things, bytes, hours or days as the limit’s name says; null is no limit.'),
  has: z.number().nullable().describe('What you have, likewise; null where it can’t be counted.'),
})

export const showPlan = defineOperation({
  name: 'plan.show',
  summary: 'Show what you may have, what you have, why, and how to have more.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({ items: z.array(Line) }),
  columns: ['what', 'allowed', 'used', 'why', 'next'],
  errors: [],
  async handle(_input, { actor, store, now, entitlements }) {
    const entitled = await entitlements()
    const used = await usageOf(store, actor.id, now)
    return { items: [...limitNames.map((name) => lineOf(name, entitled, used[name] ?? null)), forEver(entitled)] }
  },
})

function lineOf(name: LimitName, entitled: Entitlements, used: number | null): z.input<typeof Line> {
  const { value, why } = entitled.limits[name]
  return {
    what: limitTitles[name] ?? name,
    limit: name,
    allowed: limitAllowed(name, value),
    used: used === null ? null : limitAmount(name, used),
    why,
    next: next(name, entitled, used),
    value,
    has: used,
  }
}

/** Beyond the days of the limits: by “--expires never”, or for all that is published by the profile. */
const forEver = ({ keepsForEver, keepsWhy, plan, standing }: Entitlements): z.input<typeof Line> => ({
  what: 'may stay for ever',
  limit: 'forEver',
  allowed: keepsForEver ? 'yes' : 'no',
  used: null,
  why: keepsWhy,
  next: keepsForEver
    ? 'say so: --expires never'
    : standing === 'grace' || standing === 'restricted'
      ? payFirst
      : plan === 'free'
        ? 'billing upgrade pro'
        : 'nothing to do',
  value: keepsForEver ? 1 : 0,
  has: null,
})

const payFirst = 'pay what is open: billing portal'

/** What gives more of something, in words that can be typed. */
const ways: Partial<Record<LimitName, string>> = {
  'bouncer.dedicated': 'billing upgrade pro',
  upstreams: 'billing upgrade pro',
  'paste.live': 'billing upgrade pro',
  'paste.lifeHours': 'billing upgrade pro',
  'picture.bytes': 'billing upgrade pro',
  networks: 'billing upgrade network-starter',
  'network.users': 'billing upgrade network-starter',
  'bot.live': 'billing addon add bots',
  'log.search': 'billing addon add log-search',
}

function next(name: LimitName, { limits, plan, standing }: Entitlements, used: number | null): string {
  const { value } = limits[name]
  if (value === null) return 'nothing to do'
  if (plan === 'ops') return 'nothing to do: operators have everything'
  if (used !== null && used > value) return `more than you may have; ${lessOf(name)}`
  if (standing === 'grace' || standing === 'restricted') return payFirst
  const way = ways[name]
  if (way === undefined || (plan === 'pro' && way === 'billing upgrade pro'))
    return used === null ? 'nothing to do' : room(name, used, value)
  if (name === 'networks' && value === 1) return 'billing upgrade network-growth'
  return way
}

/** What there is too much of: some is stopped, and published things only take up the room for more. */
function lessOf(name: LimitName): string {
  if (name === 'bouncers' || name === 'upstreams') return `say what stays: plan keep ${nouns[name]} NAME`
  if (name === 'bouncer.dedicated') return 'it moves to the shared one by itself'
  return `for more, delete some: ${name === 'picture.bytes' ? 'pic' : 'paste'} delete`
}

function room(name: LimitName, used: number, value: number): string {
  if (used < value) return `${limitAmount(name, value - used)} left`
  return name === 'bouncer.dedicated' ? 'for room: bouncer update NAME --no-dedicated' : 'delete one for room'
}
