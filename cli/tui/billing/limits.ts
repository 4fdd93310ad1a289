import { limitAmount, limitSwitches, limitTitles } from '@irc-now/core/operation/limit-amount'

/** What is had or not, rather than counted. */
const switches = new Set([...limitSwitches, 'bouncer.dedicated'])

export const limitTitle = (name: string) => limitTitles[name] ?? name

/** A limit as it stands in a narrow column: `50 MB`, `90 days`, `✓`; `–` is none of it. */
export function limitText(name: string, value: number | null): string {
  if (value === null) return 'no limit'
  if (value === 0) return '–'
  if (switches.has(name) && value === 1) return '✓'
  return limitAmount(name, value)
}
