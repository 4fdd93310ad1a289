import fc from 'fast-check'
import { expect, test } from 'vitest'
import { periodEnd, share } from './periods.ts'

const days = (anchor: string, interval: 'month' | 'year', count: number) =>
  Array.from({ length: count }, (_, i) => periodEnd(new Date(anchor), interval, i + 1).toISOString())

test('a month from the 31st ends on the last day of a shorter one, and comes back to the 31st', () => {
  expect(days('2027-01-31T22:30:00Z', 'month', 4)).toEqual([
    '2027-02-28T22:30:00.000Z',
    '2027-03-31T22:30:00.000Z',
    '2027-04-30T22:30:00.000Z',
    '2027-05-31T22:30:00.000Z',
  ])
  expect(days('2028-01-31T00:00:00Z', 'month', 1)).toEqual(['2028-02-29T00:00:00.000Z'])
  expect(days('2027-11-30T00:00:00Z', 'month', 4).at(-1)).toBe('2028-03-30T00:00:00.000Z')
  expect(days('2028-02-29T12:00:00Z', 'year', 4).map((day) => day.slice(0, 10))).toEqual([
    '2029-02-28',
    '2030-02-28',
    '2031-02-28',
    '2032-02-29',
  ])
})

test('periods follow each other without a gap, each a month long', () => {
  const anchor = fc.date({
    min: new Date('2020-01-01T00:00:00Z'),
    max: new Date('2040-01-01T00:00:00Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(anchor, fc.nat(60), (date, n) => {
      const [from, to] = [periodEnd(date, 'month', n), periodEnd(date, 'month', n + 1)]
      const length = (to.getTime() - from.getTime()) / 86_400_000
      expect(length).toBeGreaterThanOrEqual(28)
      expect(length).toBeLessThanOrEqual(31)
      expect((to.getUTCMonth() - from.getUTCMonth() + 12) % 12).toBe(1)
      expect(to.getUTCDate()).toBeLessThanOrEqual(date.getUTCDate())
    }),
  )
})

test('shares are whole cents, symmetrical, and as near as can be', () => {
  expect([share(1200, 1, 2), share(5, 1, 2), share(-5, 1, 2), share(1, 1, 3), share(2, 1, 3)]).toEqual([
    600, 3, -3, 0, 1,
  ])
  fc.assert(
    fc.property(
      fc.integer({ min: -(10 ** 9), max: 10 ** 9 }),
      fc.nat(10 ** 10),
      fc.integer({ min: 1, max: 10 ** 10 }),
      (cents, a, b) => {
        const [part, whole] = [Math.min(a, b), b]
        const found = share(cents, part, whole)
        expect(Number.isSafeInteger(found)).toBe(true)
        // Exactly: |found·whole − cents·part| ≤ whole ÷ 2
        const off = BigInt(found) * BigInt(whole) - BigInt(cents) * BigInt(part)
        expect(2n * (off < 0n ? -off : off) <= BigInt(whole)).toBe(true)
        expect(share(-cents, part, whole) + found).toBe(0)
      },
    ),
  )
})
