import { bodyFieldOf } from '@irc-now/core/operation/body'
import type { OperationDescription } from '@irc-now/core/operation/describe'
import { makerOf } from '../commands/words.ts'
import { type Action, actionsOf, type Input, keyOf } from './actions.ts'
import { type App, topOf } from './app.ts'
import { codeOf } from './code.ts'
import { type CommandText, commandText } from './command-text.ts'
import type { Hint } from './keys.ts'
import type { DetailPane, Item, ListPane, Marks, Pane } from './pane.ts'
import { billingHints, seenOperation } from './panes/billing.ts'
import { copiesOf } from './panes/copy.ts'
import { inputOf } from './panes/form.ts'
import { found, typedOf } from './panes/palette.ts'
import { holdsSecret } from './panes/secret.ts'
import { rowsOf } from './rows.ts'

const writing = (enter: string): Hint[] => [
  ['Enter', enter],
  ['Esc', 'back'],
]

const trying = ({ effect }: OperationDescription): Hint[] => (effect === 'read' ? [] : [['Ctrl-T', 'dry run']])

/** What the keys do in what is seen. */
export function hintsOf(app: App): Hint[] {
  const pane = topOf(app)
  switch (pane.kind) {
    case 'list':
      return listHints(app, pane)
    case 'detail':
      return detailHints(app, pane)
    case 'form':
      return [
        ...(bodyFieldOf(pane.operation)?.body === 'text' ? [['Ctrl-O', 'editor'] as const] : []),
        ['↑↓ Tab', 'move'],
        ['←→', 'choose'],
        ...writing(pane.operation.verb),
        ...trying(pane.operation),
      ]
    case 'confirm':
      return [...writing(pane.action.operation.verb), ...trying(pane.action.operation)]
    case 'palette':
      return [['↑↓', 'move'], ['Tab', 'complete'], ...writing('open')]
    case 'menu':
      return [['↑↓', 'move'], ...writing(pane.actions[pane.cursor]?.operation.verb ?? 'open')]
    case 'text':
      return [
        ['↑↓', 'scroll'],
        ['Esc', 'back'],
      ]
    case 'code':
      return [['Esc', 'back']]
  }
}

function listHints(app: App, pane: ListPane): Hint[] {
  if (pane.filtering) return writing('keep the filter')
  const item = rowsOf(pane)[pane.cursor]
  const create: Hint[] = makeHint(app, pane.noun)
  const filter: Hint[] = (pane.items?.length ?? 0) > 0 ? [['/', 'filter']] : []
  if (!item) return [...create, ...filter]
  return [
    ['Enter', 'show'],
    ...create,
    ...thingHints(app, pane.noun, keyOf(app.operations, pane.noun, item)),
    ...copyHints(pane.operation, item),
    ...filter,
  ]
}

function detailHints(app: App, pane: DetailPane): Hint[] {
  const list = pane.related
  if (list?.filtering) return writing('keep the filter')
  if (pane.board) return billingHints(app, pane.board, pane)
  const copy = copyHints(pane.marks, pane.value)
  const code: Hint[] = codeOf(app, pane) ? [['s', 'QR code']] : []
  if (holdsSecret(pane)) return [...copy, ...code, ['Esc', 'put it away']]
  const own = thingHints(app, pane.noun, pane.key)
  const back: Hint[] = app.panes.length > 1 ? [['Esc', 'back']] : []
  if (!list) return [['↑↓', 'scroll'], ...code, ...own, ...copy, ...back]
  const show: Hint[] = rowsOf(list).length > 0 ? [['Enter', 'show']] : []
  // Beside a list with a cursor of its own, these keys still mean the thing whose page it is.
  const named = own.map(([key, label]): Hint => [key, key === 'a' ? label : `${label} ${pane.noun}`])
  const add: Hint[] = makerOf(app.operations, list.noun) ? [['c', 'add']] : []
  return [...show, ...add, ...named, ...back]
}

function makeHint(app: App, noun: string): Hint[] {
  const maker = makerOf(app.operations, noun)
  return maker ? [['c', maker.verb]] : []
}

const copyHints = (marks: Pick<Marks, 'address'> | null, item: Item | null): Hint[] =>
  marks === null ? [] : copiesOf({ secrets: [], ...marks }, item).map(({ key, label }) => [key, `copy ${label}`])

function thingHints(app: App, noun: string, key: Input | null): Hint[] {
  if (key === null) return []
  const actions = actionsOf(app.operations, noun, key)
  const destroys = actions.find(({ operation }) => operation.effect === 'destroy')
  return [
    ...(actions.some(({ operation }) => operation.verb === 'update') ? [['e', 'edit'] as const] : []),
    ...(destroys ? [['d', destroys.operation.verb] as const] : []),
    ...(actions.length > 0 ? [['a', 'actions'] as const] : []),
  ]
}

export const everywhere: readonly Hint[] = [
  [':', 'palette'],
  ['?', 'help'],
  ['q', 'quit'],
]

/** What is there wherever one is; what would put something away for good is not. */
export const always = (pane: Pane) => (holdsSecret(pane) ? everywhere.filter(([key]) => key !== ':') : everywhere)

/** What does the same in a shell and on IRC as what is seen, or as what Enter would do now. */
export function commandOf(app: App): CommandText | null {
  const action = actionSeen(app, topOf(app))
  return action && commandText(action.operation, action.input, { as: app.as })
}

function actionSeen(app: App, pane: Pane): Action | null {
  switch (pane.kind) {
    case 'list':
    case 'detail': {
      const operation = seenOperation(app)
      if (operation) return { operation, input: {} }
      return pane.operation && { operation: pane.operation, input: pane.input }
    }
    case 'form':
      try {
        return { operation: pane.operation, input: inputOf(pane) }
      } catch {
        // A text that isn't the number it should be: what is typed so far has no command.
        return { operation: pane.operation, input: pane.fixed }
      }
    case 'confirm':
      return pane.action
    case 'menu':
      return pane.actions[pane.cursor] ?? null
    case 'palette': {
      const entry = found(app, pane)[pane.cursor]
      if (!entry) return null
      if ('operation' in entry) return { operation: entry.operation, input: typedOf(entry.operation, entry.rest) }
      const { operation } = app.homes[entry.home]!.pane
      return operation && { operation, input: {} }
    }
    case 'text':
    case 'code':
      return null
  }
}
