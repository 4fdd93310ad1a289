import { limitAmount, limitSwitches } from '../operation/limit-amount.ts'
import type { LimitName } from './plans.ts'

const counted =
  (one: string, many = `${one}s`) =>
  (value: string | null) =>
    value === null ? `any number of ${many}` : `${value} ${value === '1' ? one : many}`

/** What so much of each limit gives, in words: `50 MB of pictures`; `null` is no limit. */
export const limitGives: Readonly<Record<LimitName, (value: string | null) => string>> = {
  bouncers: counted('bouncer'),
  'bouncer.dedicated': (value) => (value === null ? 'dedicated bouncers' : 'a dedicated bouncer'),
  upstreams: counted('upstream'),
  'paste.live': counted('paste'),
  'paste.lifeHours': (value) => `pastes for ${value ?? 'ever'}`,
  'paste.maxBytes': (value) => `pastes of ${value ?? 'any size'}`,
  'picture.bytes': (value) => (value === null ? 'any number of pictures' : `${value} of pictures`),
  'picture.lifeDays': (value) => `pictures for ${value ?? 'ever'}`,
  networks: counted('hosted network'),
  'network.users': counted('user on it', 'users on it'),
  'bot.live': counted('bot'),
  'log.search': () => 'log search',
}

export const limitAllowed = (name: LimitName, value: number | null) =>
  value === null ? 'no limit' : limitSwitches.has(name) ? (value === 0 ? 'no' : 'yes') : limitAmount(name, value)
