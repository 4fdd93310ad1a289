import { homedir } from 'node:os'
import { basename, resolve } from 'node:path'
import { bodyFieldOf, namedAfter } from '@irc-now/core/operation/body'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { problemOf } from '@irc-now/core/operation/errors'
import { withFieldsNamed } from '@irc-now/core/operation/named-fields'
import { inputFromText } from '@irc-now/core/operation/text-input'
import { checkedText, readText } from '../../session/read-body.ts'
import type { Input } from '../actions.ts'
import { type App, push } from '../app.ts'
import type { Key } from '../keys.ts'
import { edit, type Line, lineOf, textOf } from '../line-editor.ts'
import { type FormPane, fieldLabel } from '../pane.ts'
import { perform } from '../perform.ts'

/** Opens an operation's form. `fixed` names the thing at hand, `initial` is how it is, `typed` what was said already. */
export function openForm(
  app: App,
  operation: OperationDescription,
  given: { fixed?: Input; initial?: Record<string, string>; typed?: Record<string, string> },
): void {
  const fixed = given.fixed ?? {}
  const initial = given.initial ?? {}
  const lines = Object.fromEntries(
    operation.fields.map(({ name }): [string, Line] => [name, lineOf(given.typed?.[name] ?? initial[name] ?? '')]),
  )
  const pane: FormPane = {
    kind: 'form',
    title: `${operation.noun} ${operation.verb}`,
    operation,
    fixed,
    initial,
    lines,
    touched: new Set(),
    written: null,
    focus: 0,
    problem: null,
    busy: false,
  }
  pane.focus = Math.max(0, nextFocus(pane, -1, 1))
  push(app, pane)
}

export const isFixed = (pane: FormPane, field: Field) => pane.fixed[field.name] !== undefined

const choicesOf = (field: Field) =>
  field.kind === 'boolean' ? ['yes', 'no'] : field.kind === 'choice' ? field.choices : []

/** The next field that can be changed; where there is none in that direction, the place itself. */
function nextFocus(pane: FormPane, place: number, step: 1 | -1): number {
  const { fields } = pane.operation
  for (let next = place + step; next >= 0 && next < fields.length; next += step) {
    if (!isFixed(pane, fields[next]!)) return next
  }
  return place
}

/** The input as it stands but for a body: what is fixed, and what was changed. Throws `invalid_input` where a text has the wrong type. */
export function inputOf(pane: FormPane): Record<string, unknown> {
  const texts = Object.fromEntries(
    pane.operation.fields
      .filter((field) => !field.body && !isFixed(pane, field) && isGiven(pane, field))
      .map(({ name }) => [name, textOf(pane.lines[name]!)]),
  )
  return { ...pane.fixed, ...inputFromText(pane.operation.fields, texts) }
}

function isGiven(pane: FormPane, field: Field): boolean {
  const text = textOf(pane.lines[field.name]!)
  return (
    text !== (pane.initial[field.name] ?? '') || (text === '' && pane.touched.has(field.name) && canEmpty(pane, field))
  )
}

/**
 * Whether an empty text may mean “empty it”. Where it is not known how the field is now (a secret, or a thing that was
 * only named), an emptied field differs from an untouched one by having been touched.
 */
export function canEmpty({ operation, initial }: FormPane, field: Field): boolean {
  if (operation.verb !== 'update' || field.required || field.default !== undefined) return false
  if (field.secret) return field.nullable
  return initial[field.name] === undefined && (field.nullable || field.kind === 'text' || field.kind === 'list')
}

export function pressForm(app: App, pane: FormPane, key: Key): boolean {
  if (pane.busy) return key.name !== 'escape'
  const field = pane.operation.fields[pane.focus]
  switch (key.name) {
    case 'escape':
      return false
    case 'enter':
      void submit(app, pane, false)
      return true
    case 'ctrl':
      if (key.text === 'o' && bodyFieldOf(pane.operation)?.body === 'text') {
        void write(app, pane)
        return true
      }
      if (key.text !== 't' || pane.operation.effect === 'read') break
      void submit(app, pane, true)
      return true
    case 'tab':
    case 'down':
      pane.focus = nextFocus(pane, pane.focus, 1)
      return true
    case 'backtab':
    case 'up':
      pane.focus = nextFocus(pane, pane.focus, -1)
      return true
  }
  if (!field || isFixed(pane, field)) return true
  const choices = choicesOf(field)
  const before = pane.lines[field.name]!
  const line = choices.length > 0 ? choose(before, key, choices, pane.initial[field.name] ?? '') : edit(before, key)
  if (!line) return true
  if (field.body) pane.written = null
  pane.lines[field.name] = line
  pane.touched.add(field.name)
  if (pane.problem?.field === field.name) pane.problem = null
  return true
}

/** Steps through the choices, or to the one that begins with the letter; unset is one of them where it was unset. */
function choose(line: Line, key: Key, choices: readonly string[], initial: string): Line | null {
  const all = initial === '' ? ['', ...choices] : choices
  const place = all.indexOf(textOf(line))
  const step = key.name === 'left' ? -1 : key.name === 'right' || key.text === ' ' ? 1 : 0
  if (step !== 0) return lineOf(all[(place + step + all.length) % all.length]!)
  if (key.name === 'backspace' || key.name === 'delete') return lineOf(all[0]!)
  const begun = key.name === 'text' ? choices.find((one) => one.startsWith(key.text)) : undefined
  return begun === undefined ? null : lineOf(begun)
}

async function submit(app: App, pane: FormPane, dryRun: boolean): Promise<void> {
  pane.problem = null
  try {
    const input = inputOf(pane)
    const field = bodyFieldOf(pane.operation)
    if (field) Object.assign(input, await bodyInput(pane, field, input))
    void perform(app, { operation: pane.operation, input }, pane, { dryRun })
  } catch (error) {
    failed(app, pane, error)
  }
}

function failed(app: App, pane: FormPane, error: unknown): void {
  pane.problem = problemOf(withFieldsNamed(error, pane.operation.fields, fieldLabel))
  const place = pane.operation.fields.findIndex(({ name }) => name === pane.problem?.field)
  if (place >= 0) pane.focus = place
  app.changed()
}

/** What was written, or the file whose name was typed, which then names what it is where nothing else does. */
async function bodyInput(pane: FormPane, field: Field, input: Input): Promise<Input> {
  if (pane.written !== null) return { [field.name]: pane.written }
  const typed = textOf(pane.lines[field.name]!).trim()
  if (typed === '') return {}
  const path = resolve(typed.replace(/^~(?=\/)/, homedir()))
  const named = Object.entries(namedAfter(pane.operation, basename(path)))
  const unsaid = Object.fromEntries(named.filter(([name]) => input[name] === undefined))
  return { ...unsaid, [field.name]: field.body === 'file' ? path : await readText(field, path) }
}

/** Opens the editor for the body; an empty text is none. */
async function write(app: App, pane: FormPane): Promise<void> {
  const field = bodyFieldOf(pane.operation)!
  pane.focus = pane.operation.fields.indexOf(field)
  pane.problem = null
  try {
    const bytes = await app.edit(pane.written ?? '')
    pane.written = bytes.length === 0 ? null : checkedText(field, bytes, 'What you have written')
    pane.lines[field.name] = lineOf('')
  } catch (error) {
    failed(app, pane, error)
  }
  app.changed()
}
