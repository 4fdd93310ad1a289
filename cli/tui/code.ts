import { codeLines } from '../print/qr.ts'
import type { App } from './app.ts'
import { codeHeight } from './body-height.ts'
import type { DetailPane } from './pane.ts'

export const codeFits = (lines: readonly string[], size: App['size']) =>
  lines.length <= codeHeight(size) && lines[0]!.length <= size.columns

/** What a phone can scan of a thing, where it fits the screen; else null. */
export function codeOf(app: App, pane: DetailPane): string[] | null {
  const field = pane.marks.qr.find((name) => typeof pane.value?.[name] === 'string')
  const lines = field === undefined ? null : codeLines(String(pane.value?.[field]))
  return lines && codeFits(lines, app.size) ? lines : null
}
