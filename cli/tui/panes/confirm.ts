import type { App } from '../app.ts'
import type { Key } from '../keys.ts'
import { edit, textOf } from '../line-editor.ts'
import type { ConfirmPane } from '../pane.ts'
import { perform } from '../perform.ts'

/** What is typed is what confirms; whether it is right is the platform's to say. */
export function pressConfirm(app: App, pane: ConfirmPane, key: Key): boolean {
  if (key.name === 'escape') return false
  if (pane.busy) return true
  if (key.name === 'enter') {
    void perform(app, pane.action, pane, pane.expected === '' ? {} : { confirm: textOf(pane.line) })
    return true
  }
  if (key.name === 'ctrl' && key.text === 't') {
    void perform(app, pane.action, pane, { dryRun: true })
    return true
  }
  const line = pane.expected === '' ? null : edit(pane.line, key)
  if (line) {
    pane.line = line
    pane.problem = null
  }
  return true
}
