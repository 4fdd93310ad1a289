import qrcode from 'qrcode'
import type { App } from './app.ts'
import { bodyHeight } from './body-height.ts'
import type { DetailPane } from './pane.ts'

/** Light modules around the code, without which phones don't find it. */
const margin = 2

/** A text as a QR code: rows of half blocks, two modules one above the other in each; the ink is what is dark. */
export function codeLines(text: string): string[] {
  const { modules } = qrcode.create(text, { errorCorrectionLevel: 'L' })
  const { size } = modules
  const isDark = (x: number, y: number) => x >= 0 && y >= 0 && x < size && y < size && modules.get(y, x) === 1
  const places = (step: number) =>
    Array.from({ length: Math.ceil((size + 2 * margin) / step) }, (_, i) => i * step - margin)
  return places(2).map((y) =>
    places(1)
      .map((x) => {
        const lower = isDark(x, y + 1)
        if (isDark(x, y)) return lower ? '█' : '▀'
        return lower ? '▄' : ' '
      })
      .join(''),
  )
}

export const codeFits = (lines: readonly string[], size: App['size']) =>
  lines.length <= bodyHeight(size) && lines[0]!.length <= size.columns

/** What a phone can scan of a thing, where it fits the screen; else null. */
export function codeOf(app: App, pane: DetailPane): string[] | null {
  const field = pane.operation?.qr.find((name) => typeof pane.value?.[name] === 'string')
  const lines = field === undefined ? null : codeLines(String(pane.value?.[field]))
  return lines && codeFits(lines, app.size) ? lines : null
}
