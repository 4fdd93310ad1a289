import type { OperationDescription } from '@irc-now/core/operation/describe'
import { type App, topOf } from '../app.ts'
import { type Board, billingKeys } from '../billing/board.ts'
import { boardView } from '../billing/lines.ts'
import { bodyHeight } from '../body-height.ts'
import type { Hint, Key } from '../keys.ts'
import type { DetailPane } from '../pane.ts'
import { moved, pageOf } from './moving.ts'
import { act } from './thing.ts'

const viewOf = (app: App, board: Board, pane: DetailPane) =>
  boardView(board, pane, app.size.columns, bodyHeight(app.size), new Date())

const known = (app: App, wanted: string): OperationDescription | undefined =>
  app.operations.find(({ name }) => name === wanted)

/** The billing screen’s own keys; answers whether the key was one. */
export function pressBilling(app: App, board: Board, pane: DetailPane, key: Key): boolean {
  const { alone, whole, lines } = viewOf(app, board, pane)
  const operation =
    key.name === 'text' ? known(app, billingKeys(pane.value ?? {})[key.text]?.operation ?? '') : undefined
  if (operation) {
    act(app, { operation, input: {} }, pane.value ?? {})
    return true
  }
  if (!whole && key.name === 'text' && key.text === 'p') {
    board.view = alone ? 'usage' : 'plans'
    pane.scroll = 0
    return true
  }
  if (!alone) return false
  if (key.name === 'escape') {
    board.view = 'usage'
    return true
  }
  const last = Math.max(0, lines.length - bodyHeight(app.size))
  const next = moved(key, Math.min(pane.scroll, last), last + 1, pageOf(app))
  if (next !== null) pane.scroll = next
  return next !== null || key.name === 'enter'
}

export function billingHints(app: App, board: Board, pane: DetailPane): Hint[] {
  const { alone, whole } = viewOf(app, board, pane)
  const doing = Object.entries(billingKeys(pane.value ?? {})).flatMap(([key, { operation, label }]): Hint[] =>
    known(app, operation) ? [[key, label]] : [],
  )
  const choosing: Hint[] = whole ? [] : [['p', alone ? 'usage' : 'plans']]
  return [...choosing, ...doing, ['a', 'actions'], ...(alone ? [['Esc', 'back'] as const] : [])]
}

/** The operation whose answer is seen. */
export function seenOperation(app: App): OperationDescription | null {
  const pane = topOf(app)
  if (pane.kind !== 'detail' || !pane.board) return null
  return viewOf(app, pane.board, pane).alone ? pane.board.plans.operation : null
}
