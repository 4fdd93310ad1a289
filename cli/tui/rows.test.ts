import { expect, test } from 'vitest'
import { cellOf } from './rows.ts'

const now = new Date('2026-05-06T12:00:00.000Z')

test.each([
  ['2026-05-06T11:57:10.000Z', '2 min ago'],
  ['2026-05-06T12:00:00.000Z', '0 s ago'],
  ['2025-05-06T12:00:00.000Z', '365 d ago'],
  ['2026-08-04T12:00:00.000Z', 'in 90 d'],
  ['2026-08-04T11:59:50.000Z', 'in 90 d'],
  ['2026-05-07T11:59:50.000Z', 'in 24 h'],
  ['2026-05-08T12:00:00.000Z', 'in 2 d'],
  ['2026-05-06T12:00:30.000Z', 'in 30 s'],
  ['today', 'today'],
  [null, '–'],
])('%s in a list is %s', (at, shown) => {
  expect(cellOf({ at }, 'at', now)).toBe(shown)
})
