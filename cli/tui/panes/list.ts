import { makerOf } from '../../commands/words.ts'
import { keyOf } from '../actions.ts'
import { type App, load, push } from '../app.ts'
import { detailPane, staticPane } from '../homes.ts'
import type { Key } from '../keys.ts'
import { edit, lineOf, textOf } from '../line-editor.ts'
import { type Item, type ListPane, noMarks } from '../pane.ts'
import { rowsOf } from '../rows.ts'
import { copy } from './copy.ts'
import { openForm } from './form.ts'
import { moved, pageOf } from './moving.ts'
import { destroy, openMenu, update } from './thing.ts'

/** Answers whether the key was the list's. */
export function pressList(app: App, pane: ListPane, key: Key): boolean {
  if (pane.filtering) return pressFilter(pane, key)
  const rows = rowsOf(pane)
  const next = moved(key, pane.cursor, rows.length, pageOf(app))
  if (next !== null) {
    pane.cursor = next
    return true
  }
  if (key.name === 'escape' && textOf(pane.filter) !== '') {
    pane.filter = lineOf('')
    return true
  }
  const item = rows[pane.cursor]
  if (key.name === 'enter') {
    if (item) openItem(app, pane, item)
    return true
  }
  if (key.name !== 'text') return false
  if (key.text === '/') {
    pane.filtering = true
    return true
  }
  if (key.text === 'c') return create(app, pane)
  if (item && pane.operation && copy(app, pane.operation, item, key.text)) return true
  const named = item && keyOf(app.operations, pane.noun, item)
  if (!named) return false
  const thing = { noun: pane.noun, key: named, item }
  if (key.text === 'e') return update(app, thing)
  if (key.text === 'd') return destroy(app, thing)
  if (key.text === 'a') return openMenu(app, thing)
  return false
}

function pressFilter(pane: ListPane, key: Key): boolean {
  if (key.name === 'escape') pane.filter = lineOf('')
  if (key.name === 'escape' || key.name === 'enter') {
    pane.filtering = false
    return true
  }
  const line = edit(pane.filter, key)
  if (line) {
    pane.filter = line
    pane.cursor = 0
  }
  return true
}

export function create(app: App, pane: ListPane): boolean {
  const operation = makerOf(app.operations, pane.noun)
  if (!operation) return false
  openForm(app, operation, { fixed: pane.input })
  return true
}

export function openItem(app: App, list: ListPane, item: Item): void {
  const key = keyOf(app.operations, list.noun, item)
  const show = app.operations.find(({ name }) => name === `${list.noun}.show`)
  const pane =
    show && key
      ? detailPane(app.operations, show, key, { value: item, key })
      : staticPane(list.noun, item, {
          title: titleOf(item, list),
          key,
          marks: { ...(list.operation ?? noMarks), secrets: [] },
        })
  push(app, pane)
  void load(app, pane)
}

const titleOf = (item: Item, { noun }: ListPane) => String(item.name ?? item.operation ?? noun)
