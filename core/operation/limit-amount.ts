import { byteSize } from './byte-size.ts'

/** Whether a limit is counted in bytes, which its name says. */
export const countsBytes = (name: string): boolean => /bytes$/i.test(name)

/** So much of a limit, in people’s units: `50 MB`, `90 days`, `5`. Its name says in which it is counted. */
export function limitAmount(name: string, value: number): string {
  if (countsBytes(name)) return byteSize(value)
  if (name.endsWith('Hours') && value % 24 === 0 && value > 24) return `${value / 24} days`
  const [, unit] = /(Hour|Day)s$/.exec(name) ?? []
  return unit === undefined ? String(value) : `${value} ${unit.toLowerCase()}${value === 1 ? '' : 's'}`
}

/** The limits by their headings, in the order in which they are compared. */
export const limitTitles: Readonly<Record<string, string>> = {
  bouncers: 'bouncers',
  'bouncer.dedicated': 'dedicated bouncer',
  upstreams: 'upstreams',
  'paste.live': 'pastes',
  'paste.lifeHours': 'a paste stays',
  'paste.maxBytes': 'size of a paste',
  'picture.bytes': 'pictures',
  'picture.lifeDays': 'a picture stays',
  networks: 'hosted networks',
  'network.users': 'users on them',
  'bot.live': 'bots',
  'log.search': 'log search',
}

/** What is had or not, rather than counted. */
export const limitSwitches: ReadonlySet<string> = new Set(['log.search'])
