import { type App, close } from '../app.ts'
import type { Key } from '../keys.ts'
import type { DetailPane, Pane } from '../pane.ts'

/** Whether something is on it that is shown this once, and gone with it. */
export const holdsSecret = (pane: Pane): boolean => pane.kind === 'detail' && pane.marks.secrets.length > 0

/** Keys that put something away for good, or ask whether to. The others do nothing that could lose it. */
export function pressSecret(app: App, pane: DetailPane, key: Key): boolean {
  const asked = pane.leaving
  pane.leaving = false
  if (key.name === 'escape' || key.name === 'enter') close(app, pane)
  else if (key.name === 'text' && key.text === 'q') {
    if (asked) app.quit(0)
    pane.leaving = true
  } else return !(key.name === 'text' && /^[?L]$/.test(key.text))
  return true
}

/** Where one lies below what is seen, a key that would leave it brings it back; answers whether there is one. */
export function keepSecret(app: App, top: Pane, key: Key): boolean {
  const secret = app.panes.find((pane): pane is DetailPane => holdsSecret(pane))
  const leaves = key.name === 'tab' || key.name === 'backtab' || (key.name === 'text' && /^[0-9:q]$/.test(key.text))
  if (!secret || secret === top || !leaves) return false
  app.panes.splice(app.panes.indexOf(secret) + 1)
  secret.leaving = key.text === 'q'
  return true
}
