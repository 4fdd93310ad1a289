import type { OperationDescription } from '@irc-now/core/operation/describe'
import type { Problem } from '@irc-now/core/operation/errors'
import { labelOf } from '@irc-now/core/operation/label'

/** A reply's text has at most this many bytes, so that with everything around it it fits one IRC line of 512. */
export const lineBytes = 380

/** Text from anywhere as one line: nothing in it can end the line, colour it or turn its direction. */
export const plain = (text: string) =>
  text.replace(/[\p{Cc}\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Splits on words within `limit` bytes of UTF-8; a word that is longer is split between characters, never inside. */
export function split(text: string, limit = lineBytes): string[] {
  const lines: string[] = []
  let line = ''
  const flush = () => {
    if (line.trim() !== '') lines.push(line.trimEnd())
    line = ''
  }
  for (const word of plain(text).split(/(?<= )/)) {
    if (Buffer.byteLength(line + word.trimEnd()) <= limit) {
      line += word
      continue
    }
    flush()
    if (Buffer.byteLength(word) <= limit) {
      line = word
      continue
    }
    for (const { segment } of graphemes.segment(word)) {
      // A pile of combining marks can be longer than a line by itself.
      for (const part of Buffer.byteLength(segment) <= limit ? [segment] : [...segment]) {
        if (Buffer.byteLength(line + part) > limit) flush()
        line += part
      }
    }
  }
  flush()
  return lines
}

/** A value as people read it. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.map(shown).join(',')
  if (typeof value === 'object') {
    const { phase, message } = value as { phase?: string; message?: string | null }
    if (phase) return message ? `${phase} (${message})` : phase
    return JSON.stringify(value)
  }
  return String(value)
}

/** An answer has at most so many lines or things, and nothing in it more characters than these hold. */
const mostLines = 20
const cut = (text: string) => text.slice(0, mostLines * lineBytes).toWellFormed()

const pairs = (item: Readonly<Record<string, unknown>>, names: readonly string[]) =>
  names.map((name) => `${labelOf(name)}: ${cut(shown(item[name]))}`).join(' · ')

type Named = Readonly<Record<string, unknown>>

/** An operation's output as lines; long lists end with how to see the rest. */
export function outputLines(operation: OperationDescription, output: unknown, input: Named = {}): string[] {
  const { items } = output as { items?: Record<string, unknown>[] }
  if (!items) return capped(operation, detailLines(operation, output as Named, input))
  // Not “you have no billing”: a noun is not always what is listed, nor is it always the asker’s.
  if (items.length === 0) return ['There is none.']
  const lines = items.slice(0, mostLines).flatMap((item) => split(pairs(item, operation.columns)))
  if (items.length > mostLines)
    lines.push(`… and ${items.length - mostLines} more: irc-now ${operation.noun} ${operation.verb}`)
  return lines
}

function capped({ noun, verb }: OperationDescription, lines: string[]): string[] {
  if (lines.length <= mostLines) return lines
  return [...lines.slice(0, mostLines - 1), `… and more: irc-now ${noun} ${verb}`]
}

/**
 * One thing: its short values in a row, then each text of several lines as it stands, and each list of things, a line each. Where one of several such texts
 * can be chosen, it says how instead of filling the channel's window with all of them.
 */
function detailLines(operation: OperationDescription, item: Named, input: Named): string[] {
  const blocks = Object.entries(item).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1].includes('\n'),
  )
  const tables = Object.entries(item).filter(
    (entry): entry is [string, Named[]] => isRows(entry[1]) && !operation.forPrograms.includes(entry[0]),
  )
  const short = Object.keys(item).filter(
    (name) => !operation.forPrograms.includes(name) && ![...blocks, ...tables].some(([block]) => block === name),
  )
  const chooser = operation.fields.find(({ choices }) => blocks.every(([name]) => choices.includes(name)))
  if (chooser && blocks.length > 1) {
    const before = operation.fields.filter(({ position }) => position !== null && position < (chooser.position ?? 0))
    const words = [operation.noun.toUpperCase(), operation.verb.toUpperCase()]
    words.push(...before.map(({ name, default: usual }) => String(input[name] ?? usual)))
    if (chooser.position === null) words.push(`--${chooser.flag}`)
    const names = blocks.map(([name]) => name)
    return [
      ...split(pairs(item, short)),
      ...split(`Ask for one of ${names.join(', ')} next: ${words.join(' ')} ${names[0]}`),
    ]
  }
  return [
    ...split(pairs(item, short)),
    ...blocks.flatMap(([name, text]) => [
      `${labelOf(plain(name))}:`,
      ...cut(text)
        .split('\n')
        .flatMap((line) => split(line)),
    ]),
    ...tables.flatMap(([name, rows]) => [`${labelOf(plain(name))}:`, ...rows.flatMap((row) => split(rowText(row)))]),
  ]
}

/** Things inside a thing. */
const isRows = (value: unknown) =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))

/** A few values are told apart without their names, and can be typed as they stand: a record of DNS. */
const rowText = (row: Named) =>
  Object.keys(row).length <= 3
    ? Object.values(row)
        .map((value) => cut(shown(value)))
        .join('  ')
    : pairs(row, Object.keys(row))

export const problemLines = ({ code, message }: Problem) => split(`[${code}] ${message}`)
