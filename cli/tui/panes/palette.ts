import type { OperationDescription } from '@irc-now/core/operation/describe'
import { inputFromText } from '@irc-now/core/operation/text-input'
import { positionalsOf, verbOf } from '../../commands/words.ts'
import { isComplete } from '../actions.ts'
import { type App, close, goHome, push } from '../app.ts'
import { homeOf } from '../homes.ts'
import type { Key } from '../keys.ts'
import { edit, lineOf, textOf } from '../line-editor.ts'
import { rank, scattered } from '../match.ts'
import type { PalettePane } from '../pane.ts'
import { perform } from '../perform.ts'
import { openForm } from './form.ts'

/** A line of the palette: an operation, or a home screen to go to. */
export type Entry =
  | {
      readonly words: string
      readonly summary: string
      readonly operation: OperationDescription
      /** The words after those that name it. */
      readonly rest: readonly string[]
      /** Noun and verb were typed as they are, not guessed from a part. */
      readonly exact: boolean
    }
  | { readonly words: string; readonly summary: string; readonly home: number }

export function openPalette(app: App): void {
  push(app, { kind: 'palette', title: 'palette', line: lineOf(''), cursor: 0 })
}

const entryOf = (operation: OperationDescription, rest: readonly string[] = [], exact = false): Entry => ({
  words: `${operation.noun} ${operation.verb}`,
  summary: operation.summary,
  operation,
  rest,
  exact,
})

const entriesOf = (app: App): Entry[] => [
  ...app.operations.map((operation) => entryOf(operation)),
  ...app.homes.map(({ title }, home) => ({ words: title, summary: `Go to ${title}.`, home })),
]

/**
 * What the typed words name, best first. Words after a whole `noun verb` are its arguments, and name nothing more; so
 * are those after a part of it (`inv bob`), where all of them together name nothing. Named in whole, operators’
 * operations are there for everybody: that they are not allowed is the platform’s to say.
 */
export function found(app: App, pane: PalettePane): Entry[] {
  const query = textOf(pane.line)
  const said = named(app, query)
  if (said && (said.rest.length > 0 || !app.operations.includes(said.operation)))
    return [entryOf(said.operation, said.rest, true)]
  const entries = ranked(entriesOf(app), query)
  const sure = entries.some((one) => one.rank < scattered)
  return [...(sure ? [] : withArguments(app, query)), ...entries.map(({ entry }) => entry)]
}

function ranked(entries: readonly Entry[], query: string): { entry: Entry; rank: number }[] {
  return entries
    .map((entry) => ({ entry, rank: rank(query, entry.words) }))
    .filter((one): one is { entry: Entry; rank: number } => one.rank !== null)
    .sort((a, b) => a.rank - b.rank)
}

/** The operations that the first two words name, else the first: one word must then be a verb. */
function withArguments(app: App, query: string): Entry[] {
  const words = query.trim().split(/\s+/)
  for (const count of [2, 1]) {
    const rest = words.slice(count)
    if (rest.length === 0) continue
    const entries = app.operations
      .filter((one) => positionalsOf(one).length > 0 && (count > 1 || one.verb.startsWith(words[0]!)))
      .map((operation) => entryOf(operation, rest))
    const near = ranked(entries, words.slice(0, count).join(' ')).filter((one) => one.rank < scattered)
    if (near.length > 0) return near.map(({ entry }) => entry)
  }
  return []
}

function named(app: App, query: string): { operation: OperationDescription; rest: string[] } | null {
  const [noun = '', ...after] = query.trim().split(/\s+/)
  const verb = verbOf(app.client.operations, noun, after)
  const operation = app.client.operations.find((one) => one.noun === noun && one.verb === verb)
  return operation ? { operation, rest: after.slice(operation.verb.split(' ').length) } : null
}

export function pressPalette(app: App, pane: PalettePane, key: Key): boolean {
  const entries = found(app, pane)
  const chosen = entries[pane.cursor]
  switch (key.name) {
    case 'escape':
      return false
    case 'up':
    case 'down':
    case 'pageup':
    case 'pagedown': {
      const step = { up: -1, down: 1, pageup: -10, pagedown: 10 }[key.name]
      pane.cursor = Math.max(0, Math.min(entries.length - 1, pane.cursor + step))
      return true
    }
    case 'tab':
      if (chosen) pane.line = lineOf(`${[chosen.words, ...('rest' in chosen ? chosen.rest : [])].join(' ')} `)
      pane.cursor = 0
      return true
    case 'enter':
      if (chosen) open(app, pane, chosen)
      return true
  }
  const line = edit(pane.line, key)
  if (line) {
    pane.line = line
    pane.cursor = 0
  }
  return true
}

function open(app: App, pane: PalettePane, entry: Entry): void {
  close(app, pane)
  const home = 'home' in entry ? entry.home : homeOf(app.homes, entry.operation, {})
  const simple = 'home' in entry || entry.operation.fields.length === 0
  if (simple && home >= 0) goHome(app, home)
  else if ('operation' in entry && simple) void perform(app, { operation: entry.operation, input: {} }, null)
  else if ('operation' in entry) openTyped(app, entry)
}

/** Runs at once what was told all that it takes; a change only where it was named in whole. */
function openTyped(app: App, { operation, rest, exact }: Extract<Entry, { operation: unknown }>): void {
  const typed = typedOf(operation, rest)
  const sure = exact || operation.effect === 'read'
  if (sure && isComplete({ operation, input: typed }))
    void perform(app, { operation, input: inputFromText(operation.fields, typed) }, null)
  else openForm(app, operation, { typed })
}

/** The words after `noun verb`, each in its place; the last place takes all that is left, so that it needs no quotes. */
export function typedOf(operation: OperationDescription, words: readonly string[]): Record<string, string> {
  const positionals = positionalsOf(operation)
  return Object.fromEntries(
    positionals
      .slice(0, words.length)
      .map(({ name }, i) => [name, i === positionals.length - 1 ? words.slice(i).join(' ') : words[i]!]),
  )
}
