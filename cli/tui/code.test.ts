import qrcode from 'qrcode'
import { expect, test } from 'vitest'
import { codeLines } from '../print/qr.ts'
import { codeFits } from './code.ts'

const url = 'ircs://alice@bouncer.example.org:6697'

test('the half blocks are the modules of the code, with two light ones around', () => {
  const { modules } = qrcode.create(url, { errorCorrectionLevel: 'L' })
  const lines = codeLines(url)
  const seen = lines.flatMap((line) => [
    [...line].map((one) => '█▀'.includes(one)),
    [...line].map((one) => '█▄'.includes(one)),
  ])
  const wanted = Array.from({ length: 2 * lines.length }, (_, y) =>
    Array.from({ length: modules.size + 4 }, (_, x) => {
      const inside = Math.min(x - 2, y - 2) >= 0 && Math.max(x - 2, y - 2) < modules.size
      return inside && modules.get(y - 2, x - 2) === 1
    }),
  )
  expect(seen).toEqual(wanted)
})

test('that of an address fits 80 columns and 19 rows, and not less', () => {
  expect(codeFits(codeLines(url), { columns: 80, rows: 19 })).toBe(true)
  expect(codeFits(codeLines(url), { columns: 80, rows: 18 })).toBe(false)
  expect(codeFits(codeLines(url), { columns: 32, rows: 19 })).toBe(false)
})
