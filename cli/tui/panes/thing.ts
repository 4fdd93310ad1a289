import { type Action, actionsOf, type Input, isComplete, textsOf } from '../actions.ts'
import { type App, close, push } from '../app.ts'
import type { Key } from '../keys.ts'
import type { Item, MenuPane } from '../pane.ts'
import { perform } from '../perform.ts'
import { openForm } from './form.ts'
import { moved, pageOf } from './moving.ts'

/** One thing of the platform: its key says which, `item` how it is now. */
export interface Thing {
  readonly noun: string
  readonly key: Input
  readonly item: Item
}

/** Runs an action at once where all is known, else opens its form; what a thing is now is what an update starts from. */
export function act(app: App, action: Action, item: Item): void {
  if (isComplete(action)) return void perform(app, action, null)
  const { operation, input } = action
  openForm(app, operation, {
    fixed: input,
    ...(operation.verb === 'update' ? { initial: textsOf(operation, item) } : {}),
  })
}

function actWith(app: App, thing: Thing, wanted: (action: Action) => boolean): boolean {
  const action = actionsOf(app.operations, thing.noun, thing.key).find(wanted)
  if (!action) return false
  act(app, action, thing.item)
  return true
}

export const update = (app: App, thing: Thing) => actWith(app, thing, ({ operation }) => operation.verb === 'update')

export const destroy = (app: App, thing: Thing) =>
  actWith(app, thing, ({ operation }) => operation.effect === 'destroy' && operation.noun === thing.noun)

export function openMenu(app: App, { noun, key, item }: Thing): boolean {
  const actions = actionsOf(app.operations, noun, key)
  if (actions.length === 0) return false
  push(app, { kind: 'menu', title: 'actions', actions, item, cursor: 0 })
  return true
}

export function pressMenu(app: App, pane: MenuPane, key: Key): boolean {
  const next = moved(key, pane.cursor, pane.actions.length, pageOf(app))
  if (next !== null) {
    pane.cursor = next
    return true
  }
  if (key.name !== 'enter') return false
  const action = pane.actions[pane.cursor]
  close(app, pane)
  if (action) act(app, action, pane.item)
  return true
}
