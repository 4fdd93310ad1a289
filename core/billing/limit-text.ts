import { byteSize } from '../operation/byte-size.ts'
import type { LimitName } from './plans.ts'

/** In what a limit is counted: things, bytes, hours, days; `switch` is had (1) or not (0). */
export const limitUnits = ['things', 'bytes', 'hours', 'days', 'switch'] as const
export type LimitUnit = (typeof limitUnits)[number]

interface LimitText {
  /** As a heading: `pictures in all`. */
  readonly title: string
  readonly unit: LimitUnit
  /** What so much of it gives, in a sentence: `50 MB of pictures`; `null` is no limit. */
  gives(value: string | null): string
}

const counted = (one: string, many = `${one}s`) => ({
  unit: 'things' as const,
  gives: (value: string | null) =>
    value === null ? `any number of ${many}` : `${value} ${value === '1' ? one : many}`,
})

export const limitTexts: Readonly<Record<LimitName, LimitText>> = {
  bouncers: { title: 'bouncers', ...counted('bouncer') },
  'bouncer.dedicated': {
    title: 'dedicated bouncer',
    unit: 'switch',
    gives: (value) => (value === null ? 'dedicated bouncers' : 'a dedicated bouncer'),
  },
  upstreams: { title: 'upstreams', ...counted('upstream') },
  'paste.live': { title: 'pastes', ...counted('paste') },
  'paste.lifeHours': {
    title: 'a paste stays',
    unit: 'hours',
    gives: (value) => (value === null ? 'pastes for ever' : `pastes for ${value}`),
  },
  'paste.maxBytes': {
    title: 'size of a paste',
    unit: 'bytes',
    gives: (value) => `pastes of ${value ?? 'any size'}`,
  },
  'picture.bytes': {
    title: 'pictures',
    unit: 'bytes',
    gives: (value) => (value === null ? 'any number of pictures' : `${value} of pictures`),
  },
  'picture.lifeDays': {
    title: 'a picture stays',
    unit: 'days',
    gives: (value) => (value === null ? 'pictures for ever' : `pictures for ${value}`),
  },
  networks: { title: 'hosted networks', ...counted('hosted network') },
  'network.users': { title: 'users on them', ...counted('user on it', 'users on it') },
  'bot.live': { title: 'bots', ...counted('bot') },
  'log.search': { title: 'log search', unit: 'switch', gives: () => 'log search' },
}

/** So much of a limit, in people’s units: `50 MB`, `90 days`, `5`. */
export function limitAmount(name: LimitName, value: number): string {
  switch (limitTexts[name].unit) {
    case 'bytes':
      return byteSize(value)
    case 'hours':
      return value % 24 === 0 && value > 24 ? `${value / 24} days` : `${value} hour${value === 1 ? '' : 's'}`
    case 'days':
      return `${value} day${value === 1 ? '' : 's'}`
    default:
      return String(value)
  }
}

export const limitAllowed = (name: LimitName, value: number | null) =>
  value === null ? 'no limit' : limitAmount(name, value)
