import { labelOf } from '@irc-now/core/operation/label'
import { shown } from '../print/text.ts'
import { textOf } from './line-editor.ts'
import { keeps } from './match.ts'
import type { Item, ListPane } from './pane.ts'

/** What stands at a column: a field's name, or a path such as `status.since`. */
export function valueAt(item: Item, column: string): unknown {
  let value: unknown = item
  for (const part of column.split('.')) value = (value as Item | null | undefined)?.[part]
  return value
}

const units = [
  ['d', 86_400],
  ['h', 3600],
  ['min', 60],
  ['s', 1],
] as const

/** How long ago, in its largest unit: `3 min`. */
export function ageOf(iso: string, now: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - Date.parse(iso)) / 1000))
  const [unit, size] = units.find(([, one]) => seconds >= one) ?? ['s', 1]
  return `${Math.floor(seconds / size)} ${unit}`
}

/** How long until then, rounded: what has just been made for 90 days ends in 90. Days are said from two on. */
export function untilOf(iso: string, now: Date): string {
  const seconds = Math.max(0, Math.round((Date.parse(iso) - now.getTime()) / 1000))
  const [unit, size] = units.find(([name, one]) => seconds >= (name === 'd' ? 2 * one : one)) ?? ['s', 1]
  return `in ${Math.round(seconds / size)} ${unit}`
}

/** When, as short as a column wants it: `3 min ago`, `in 90 d`. The thing itself shows the time. */
const whenOf = (iso: string, now: Date) =>
  Date.parse(iso) > now.getTime() ? untilOf(iso, now) : `${ageOf(iso, now)} ago`

/** A cell as it is shown and filtered: safe for the terminal. */
export function cellOf(item: Item, column: string, now: Date): string {
  const value = valueAt(item, column)
  if (column.endsWith('since') && typeof value === 'string') return ageOf(value, now)
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return whenOf(value, now)
  return shortened(shown(value), 500)
}

/** What may be endless, in a length that can be measured and laid out at each key. */
export const shortened = (text: string, most: number) =>
  text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`

export const headingOf = (column: string) => labelOf(column.slice(column.lastIndexOf('.') + 1)).toUpperCase()

/** The rows that the filter leaves. */
export function rowsOf(pane: ListPane, now = new Date()): readonly Item[] {
  const filter = textOf(pane.filter)
  if (filter.trim() === '') return pane.items ?? []
  return (pane.items ?? []).filter((item) =>
    keeps(
      filter,
      pane.columns.map((column) => cellOf(item, column, now)),
    ),
  )
}
