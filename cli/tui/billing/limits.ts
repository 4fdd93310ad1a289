import { limitAmount } from '@irc-now/core/operation/limit-amount'

/** The limits by the headings under which they are compared, in this order. */
const titles: Readonly<Record<string, string>> = {
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
const switches = new Set(['bouncer.dedicated', 'log.search'])

export const limitTitle = (name: string) => titles[name] ?? name

/** A limit as it stands in a narrow column: `50 MB`, `90 days`, `✓`; `–` is none of it. */
export function limitText(name: string, value: number | null): string {
  if (value === null) return 'no limit'
  if (value === 0) return '–'
  if (switches.has(name) && value === 1) return '✓'
  return limitAmount(name, value)
}
