import { styleText } from 'node:util'
import qrcode from 'qrcode'

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

/** Black on white whatever the terminal's colours are; without colours as on a light one. Scanners read both. */
const inked = (line: string) =>
  process.env.NO_COLOR ? line : styleText(['black', 'bgWhite'], line, { validateStream: false })

/** Draws a text as a QR code where that is a terminal on which it fits; elsewhere nothing is written. */
export function printQr(text: string, to: NodeJS.WriteStream): void {
  if (to.isTTY !== true) return
  const lines = codeLines(text)
  if (lines[0]!.length > to.columns || lines.length > to.rows) return
  to.write(lines.map((line) => `${inked(line)}\n`).join(''))
}
