import { catalogue } from '@irc-now/core/catalogue'
import { expect, test } from 'vitest'
import { keeps, rank } from './match.ts'

const words = catalogue.map(({ noun, verb }) => `${noun} ${verb}`)
const best = (query: string) =>
  words
    .map((one) => ({ one, rank: rank(query, one) }))
    .filter((found) => found.rank !== null)
    .sort((a, b) => a.rank! - b.rank!)[0]?.one

test('a filter is a part of the text, in any cell; ! turns it round', () => {
  expect(keeps('LIB', ['libera', 'ready'])).toBe(true)
  expect(keeps('lib', ['oftc', 'calibre'])).toBe(true)
  expect(keeps('!lib', ['oftc', 'ready'])).toBe(true)
  expect(keeps('!lib', ['libera', 'ready'])).toBe(false)
  expect(keeps('.*', ['libera'])).toBe(false)
  for (const all of ['', ' ', '!']) expect(keeps(all, ['x'])).toBe(true)
})

test.each([
  ['bouncer create', 'bouncer create'],
  ['b cr', 'bouncer create'],
  ['B CR', 'bouncer create'],
  ['revoke', 'password revoke'],
  ['u del', 'upstream delete'],
  ['bcr', 'bouncer create'],
  ['bu', 'bouncer update'],
  ['ud', 'upstream delete'],
  ['audit', 'audit list'],
])('“%s” names %s', (query, found) => {
  expect(best(query)).toBe(found)
})

test('what names nothing finds nothing', () => {
  expect(best('xyzzy')).toBeUndefined()
  expect(words.filter((one) => rank('', one) === null)).toEqual([])
})
