import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { fitted } from '../print/fit.ts'
import { cut, padded, windowOf, wrapped } from './cut.ts'

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('a', '漢', '👩‍👩‍👧', 'é', ' ') }),
)

test('a text is never wider than asked for, and whole where it fits', () => {
  fc.assert(
    fc.property(anyText, fc.nat(30), (text, width) => {
      const short = cut(text, width)
      expect(stringWidth(short)).toBeLessThanOrEqual(width)
      if (stringWidth(text) <= width) expect(short).toBe(text)
      else if (width > 0) expect(short.endsWith('…')).toBe(true)
      if (width > 0) expect(stringWidth(padded(text, width))).toBe(width)
    }),
  )
  expect(cut('漢字漢字', 5)).toBe('漢字…')
  expect(cut('漢字漢字', 4)).toBe('漢…')
})

test('what is wrapped fits too, and nothing of it is lost', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrapped('x'.repeat(25), 10)).toEqual(['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)])
})

test('columns fit; the last go, and of those that stay the widest give way first, except where they are whole', () => {
  expect(fitted([4, 10, 6], 40)).toEqual([4, 10, 6])
  expect(fitted([4, 60, 20], 40)).toEqual([4, 16, 16])
  expect(fitted([20, 20, 20], 20)).toEqual([9, 9, 0])
  expect(fitted([30, 20, 6], 42, (i) => i === 0)).toEqual([30, 10, 0])
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 8 }),
      fc.nat(150),
      (widths, total) => {
        const shown = fitted(widths, total).filter((width) => width > 0)
        expect(shown.reduce((sum, width) => sum + width + 2, -2)).toBeLessThanOrEqual(Math.max(0, total))
      },
    ),
  )
})

test('the window holds the cursor', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.nat(499),
      fc.integer({ min: 1, max: 60 }),
      (length, place, height) => {
        const cursor = Math.min(place, length - 1)
        const { start, end } = windowOf(cursor, length, height)
        expect(start).toBeLessThanOrEqual(cursor)
        expect(end).toBeGreaterThan(cursor)
        expect(end - start).toBe(Math.min(height, length))
      },
    ),
  )
})
