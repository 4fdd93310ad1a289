import { labelOf } from '@irc-now/core/operation/label'
import { cutTo, fitted } from './fit.ts'

/** Columns that a text takes on a terminal: its length, as long as no text has come that wants more knowledge. */
let stringWidth = (text: string) => text.length

/** Loads that knowledge if something of the output needs it: it takes longer to load than all else here. */
export function knowWidths(output: unknown): Promise<void> | undefined {
  // Dashes, quotes and the ellipsis are as narrow as letters.
  if (!/[^\x20-\x7e\u2010-\u2026]/.test(JSON.stringify(output))) return undefined
  return import('string-width').then((library) => {
    stringWidth = library.default
  })
}

const dangerous = /[\p{Cc}\u061c\u200b\u2028\u2029\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/gu

const escaped = (character: string) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`

/** Text from anywhere, safe to show: control characters, direction overrides and what nobody sees can't reach the terminal. */
export const safe = (text: string) =>
  text.replace(dangerous, (character) => (character === '\n' ? ' ' : escaped(character)))

/** JSON that reads back the same and is safe to show: JSON.stringify leaves DEL, C1 and direction overrides bare. */
export const safeJson = (value: unknown, indent?: number) =>
  JSON.stringify(value, null, indent).replace(dangerous, (character) =>
    character === '\n' ? '\n' : escaped(character),
  )

/** A value as people read it in a cell or after a label. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map(shown).join(', ')
  if (typeof value === 'object') {
    const { phase, message } = value as { phase?: string; message?: string | null }
    if (phase) return safe(message ? `${phase}: ${message}` : phase)
    return safe(JSON.stringify(value))
  }
  const text = String(value)
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? text.replace('T', ' ').replace(/\.\d+Z$/, ' UTC') : safe(text)
}

const pad = (text: string, width: number) => text + ' '.repeat(Math.max(0, width - stringWidth(text)))

export interface Colours {
  bold(text: string): string
  dim(text: string): string
}

/** What goes anywhere but to a terminal is not cut; a sentence longer than this moves only what stands behind it in its row. */
const aligned = 60

/**
 * Rows under headings, two spaces between columns, in `room` columns where it is given. Addresses and times are of no
 * use in part, so other texts are cut; `hidden` are the columns for which that is not enough.
 */
export function table(
  items: readonly Record<string, unknown>[],
  { columns, address = null }: { readonly columns: readonly string[]; readonly address?: string | null },
  colours: Colours,
  room = Number.POSITIVE_INFINITY,
): { text: string; hidden: readonly string[] } {
  const cells = items.map((item) => columns.map((column) => shown(item[column])))
  const wanted = columns.map((column, i) =>
    Math.max(stringWidth(labelOf(column)), ...cells.map((row) => stringWidth(row[i] ?? ''))),
  )
  const whole = (i: number) => columns[i] === address || cells.some((row) => / UTC$/.test(row[i] ?? ''))
  const endless = room === Number.POSITIVE_INFINITY
  const widths = endless ? wanted.map((width) => Math.min(width, aligned)) : fitted(wanted, room, whole)
  const line = (row: readonly string[]) =>
    row
      .map((cell, i) => pad(endless ? cell : cutTo(cell, widths[i]!, stringWidth), widths[i]!))
      .filter((_, i) => widths[i] !== 0)
      .join('  ')
      .trimEnd()
  const headings = colours.bold(line(columns.map(labelOf)).toUpperCase())
  return {
    text: [headings, ...cells.map(line)].join('\n'),
    hidden: columns.filter((_, i) => widths[i] === 0).map(labelOf),
  }
}

/** Lines that are to be typed or copied as they stand. */
export const isBlock = (value: unknown): value is string => typeof value === 'string' && value.includes('\n')

/** The lines of such a text, safe to show; a tab is wide, and steers nothing. */
export const blockLines = (text: string) => text.split(/\r?\n/).map((line) => safe(line.replaceAll('\t', '    ')))

/** Things inside a thing: a table of their own. */
const isRows = (value: unknown): value is readonly Record<string, unknown>[] =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))

const rowsOf = (items: readonly Record<string, unknown>[], colours: Colours) =>
  table(items, { columns: [...new Set(items.flatMap((item) => Object.keys(item)))] }, colours).text

/** One thing, a line a field; texts of several lines and lists of things below that, each under its name and from the first column on. */
export function details(item: Readonly<Record<string, unknown>>, colours: Colours): string {
  const entries = Object.entries(item)
  const rows = entries.flatMap(([name, value]): [string, string][] => {
    if (isBlock(value) || isRows(value)) return []
    if (name !== 'status' || typeof value !== 'object' || value === null) return [[labelOf(name), shown(value)]]
    return Object.entries(value)
      .filter(([key, one]) => key === 'phase' || one !== null)
      .map(([key, one]) => [key === 'phase' ? 'status' : labelOf(key), shown(one)])
  })
  const width = Math.max(0, ...rows.map(([name]) => stringWidth(name)))
  const lines = rows.map(([name, value]) => `${colours.dim(pad(name, width))}  ${value}`).join('\n')
  const blocks = entries.flatMap(([name, value]) => {
    const text = isBlock(value) ? blockLines(value).join('\n') : isRows(value) ? rowsOf(value, colours) : null
    return text === null ? [] : [`${colours.bold(labelOf(name))}\n${text}`]
  })
  return [lines, ...blocks].filter(Boolean).join('\n\n')
}
