import type { Item } from './pane.ts'
import { valueAt } from './rows.ts'

export type Tone = 'good' | 'busy' | 'bad' | 'off' | 'accent'

const colours: Readonly<Record<Tone, string>> = {
  good: 'green',
  busy: 'yellow',
  bad: 'red',
  off: 'gray',
  accent: 'green',
}

/** Ink’s colour property; nothing under NO_COLOR, where signs and words must do. */
export function colour(tone: Tone | null): { color?: string } {
  return tone === null || process.env.NO_COLOR ? {} : { color: colours[tone] }
}

export const toneOfPhase = (phase: string): Tone =>
  ['ready', 'connected', 'active', 'yes'].includes(phase)
    ? 'good'
    : ['pending', 'connecting', 'deleting', 'ending'].includes(phase)
      ? 'busy'
      : ['failed', 'suspended', 'removed', 'disconnected', 'no', 'overdue', 'restricted', 'disputed'].includes(phase)
        ? 'bad'
        : 'off'

export const signs: Readonly<Record<Tone, string>> = { good: '●', busy: '◌', bad: '✗', off: '○', accent: '●' }

/** The tone of a cell that says how something is, else null. */
export function toneOfCell(item: Item, column: string): Tone | null {
  const value = valueAt(item, column)
  if (column === 'healthy') return toneOfPhase(value === true ? 'yes' : 'no')
  const phase = column === 'status' ? (value as { phase?: string } | null)?.phase : undefined
  return phase === undefined ? null : toneOfPhase(phase)
}
