import { type App, close, goHome, push, refresh, topOf } from './app.ts'
import { bodyHeight } from './body-height.ts'
import { helpLines, logLines } from './help.ts'
import type { Key } from './keys.ts'
import type { Pane, TextPane } from './pane.ts'
import { pressConfirm } from './panes/confirm.ts'
import { pressDetail } from './panes/detail.ts'
import { pressForm } from './panes/form.ts'
import { pressList } from './panes/list.ts'
import { moved, pageOf } from './panes/moving.ts'
import { openPalette, pressPalette } from './panes/palette.ts'
import { keepSecret } from './panes/secret.ts'
import { pressMenu } from './panes/thing.ts'

/** What a key does: first to what is seen, then everywhere. */
export function press(app: App, key: Key): void {
  const top = topOf(app)
  if (key.name === 'ctrl' && key.text === 'c') app.quit(130)
  else if (key.name === 'ctrl' && key.text === 'z') app.suspend()
  else if (!pressPane(app, top, key)) pressAnywhere(app, top, key)
  app.changed()
}

function pressPane(app: App, pane: Pane, key: Key): boolean {
  switch (pane.kind) {
    case 'list':
      return pressList(app, pane, key)
    case 'detail':
      return pressDetail(app, pane, key)
    case 'form':
      return pressForm(app, pane, key)
    case 'confirm':
      return pressConfirm(app, pane, key)
    case 'palette':
      return pressPalette(app, pane, key)
    case 'menu':
      return pressMenu(app, pane, key)
    case 'text':
      return pressText(app, pane, key)
    case 'code':
      return false
  }
}

function pressText(app: App, pane: TextPane, key: Key): boolean {
  const lines = pane.about === 'help' ? helpLines(app).length : logLines(app).length
  const last = Math.max(0, lines - bodyHeight(app.size))
  const next = moved(key, Math.min(pane.scroll, last), last + 1, pageOf(app))
  if (next === null) return false
  pane.scroll = next
  return true
}

function pressAnywhere(app: App, top: Pane, key: Key): void {
  if (keepSecret(app, top, key)) return
  const tabs = app.homes.length
  if (key.name === 'escape') close(app, top)
  if (key.name === 'tab') goHome(app, (app.tab + 1) % tabs)
  if (key.name === 'backtab') goHome(app, (app.tab + tabs - 1) % tabs)
  if (key.name !== 'text') return
  // 0 is the tenth, as on a keyboard.
  if (/^[0-9]$/.test(key.text)) goHome(app, (Number(key.text) + 9) % 10)
  if (key.text === ':') openPalette(app)
  if (key.text === 'r') void refresh(app)
  if (key.text === 'q') app.quit(0)
  if (key.text === '?') toggle(app, top, 'help')
  if (key.text === 'L') toggle(app, top, 'log')
}

function toggle(app: App, top: Pane, about: TextPane['about']): void {
  if (top.kind === 'text') close(app, top)
  if (top.kind === 'text' && top.about === about) return
  push(app, { kind: 'text', title: about === 'help' ? 'help' : 'command log', about, scroll: 0 })
}
