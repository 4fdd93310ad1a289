import { type App, close, push } from '../app.ts'
import { bodyHeight } from '../body-height.ts'
import { codeOf } from '../code.ts'
import { detailLines } from '../detail-lines.ts'
import type { Key } from '../keys.ts'
import type { DetailPane } from '../pane.ts'
import { pressBilling } from './billing.ts'
import { copy } from './copy.ts'
import { pressList } from './list.ts'
import { moved, pageOf } from './moving.ts'
import { holdsSecret, pressSecret } from './secret.ts'
import { destroy, openMenu, type Thing, update } from './thing.ts'

/** A thing's own keys; where others lie below it, Enter, `c` and the arrows are theirs. */
export function pressDetail(app: App, pane: DetailPane, key: Key): boolean {
  const list = pane.related
  if (list?.filtering) return pressList(app, list, key)
  if (pane.board && pressBilling(app, pane.board, pane, key)) return true
  if (key.name === 'text' && (pressOfThing(app, pane, key.text) || (key.text === 's' && showCode(app, pane))))
    return true
  if (key.name === 'text' && copy(app, pane.marks, pane.value, key.text)) return true
  if (list) {
    if (pressList(app, list, key)) return true
  } else {
    const lines = detailLines(pane, app.size.columns, new Date()).length
    const last = Math.max(0, lines - bodyHeight(app.size))
    const next = moved(key, Math.min(pane.scroll, last), last + 1, pageOf(app))
    if (next !== null) {
      pane.scroll = next
      return true
    }
  }
  if (holdsSecret(pane)) return pressSecret(app, pane, key)
  if (key.name !== 'escape') return false
  close(app, pane)
  return true
}

function showCode(app: App, pane: DetailPane): boolean {
  const lines = codeOf(app, pane)
  if (lines) push(app, { kind: 'code', title: 'QR code', lines })
  return lines !== null
}

function pressOfThing(app: App, pane: DetailPane, letter: string): boolean {
  if (pane.key === null) return false
  const thing: Thing = { noun: pane.noun, key: pane.key, item: pane.value ?? {} }
  if (letter === 'e') return update(app, thing)
  if (letter === 'd') return destroy(app, thing)
  if (letter === 'a') return openMenu(app, thing)
  return false
}
