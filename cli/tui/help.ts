import type { OperationDescription } from '@irc-now/core/operation/describe'
import type { App } from './app.ts'
import { everywhere, hintsOf } from './hints.ts'
import { type Home, homesOf } from './homes.ts'
import type { Hint } from './keys.ts'
import type { Pane } from './pane.ts'

const moving: readonly Hint[] = [
  ['↑ ↓  j k', 'up and down'],
  ['PgUp PgDn', 'a page up and down'],
  ['g G', 'first and last'],
  ['/', 'filter: a part of the text; !text keeps what lacks it'],
]

/** The help’s lines: a heading is a key without a label. */
export function helpLines(app: App): Hint[] {
  const below = app.panes.findLast((pane: Pane) => pane.kind !== 'text')
  const here = below ? hintsOf({ ...app, panes: [below] }) : []
  return [['Here', ''], ...here, ...keysOf(app.homes)]
}

/** The keys that do the same on every screen; a heading is a key without a label. */
const keysOf = (homes: readonly Home[]): Hint[] => [
  ['Lists', ''],
  ...moving,
  ['Everywhere', ''],
  ...homes.map(({ title }, i): Hint => [String((i + 1) % 10), title]),
  ['Tab', 'the next screen'],
  ...everywhere,
  ['r', 'read again'],
  ['L', 'the commands that were run'],
  ['Esc', 'back'],
  ['Ctrl-Z', 'to the shell for a while; “fg” comes back'],
  ['Writing', ''],
  ['Ctrl-A Ctrl-E', 'start and end of the line'],
  ['Ctrl-U Ctrl-W', 'erase to the start, erase a word'],
]

/** What `irc-now tui --help` prints: what operators alone see is not among it. */
export function tuiHelp(operations: readonly OperationDescription[]): string {
  const keys = keysOf(homesOf(operations.filter(({ access }) => access !== 'ops')))
  const lines = keys.map(([key, label]) => (label === '' ? `\n${key}` : `  ${key.padEnd(14)} ${label}`))
  return `All of it on the full screen, live. Below each screen stand the keys for what is on it.

Usage: irc-now tui [--url URL] [--profile NAME] [--as NAME]
${lines.join('\n')}
`
}

export interface LogLine {
  readonly key: string
  /** When, on an entry’s first line. */
  readonly time: string
  readonly text: string
  readonly kind: 'shell' | 'irc' | 'error'
}

/** The commands that were run, newest first: each for a shell and for NowServ, and its error’s code where it had one. */
export const logLines = (app: App): LogLine[] =>
  app.log
    .toReversed()
    .flatMap(({ at, text, outcome }, i): LogLine[] => [
      { key: `${i} shell`, time: at.toTimeString().slice(0, 8), text: text.shell, kind: 'shell' },
      { key: `${i} irc`, time: '', text: text.irc, kind: 'irc' },
      ...(outcome === 'ok' ? [] : [{ key: `${i} error`, time: '', text: `[${outcome}]`, kind: 'error' } as const]),
    ])
