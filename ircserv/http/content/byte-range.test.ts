import { expect, test } from 'vitest'
import { rangeOf } from './byte-range.ts'

test.each([
  [undefined, null],
  ['bytes=0-0', { first: 0, last: 0 }],
  ['bytes=2-', { first: 2, last: 9 }],
  ['bytes=2-99', { first: 2, last: 9 }],
  ['bytes=-3', { first: 7, last: 9 }],
  ['bytes=-99', { first: 0, last: 9 }],
  ['bytes=10-', 'outside'],
  ['bytes=-0', 'outside'],
  ['bytes=5-2', null],
  ['bytes=0-1,3-4', null],
  ['lines=0-1', null],
  ['bytes=-', null],
  ['bytes=a-b', null],
  [`bytes=0-${'9'.repeat(40)}`, null],
  [`bytes=${'0-0,'.repeat(5000)}0-0`, null],
] as const)('%s', (header, expected) => {
  expect(rangeOf(header, 10)).toEqual(expected)
})
