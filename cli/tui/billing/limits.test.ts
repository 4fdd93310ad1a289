import { expect, test } from 'vitest'
import { limitText } from './limits.ts'

// A column has the units of “plan show”, and signs for what is had or not.
test.each([
  ['paste.lifeHours', 1, '1 hour'],
  ['picture.lifeDays', 1, '1 day'],
  ['paste.lifeHours', 2160, '90 days'],
  ['picture.bytes', 50 * 1024 ** 2, '50 MB'],
  ['bot.live', 0, '–'],
  ['bot.live', 1, '1'],
  ['log.search', 1, '✓'],
  ['upstreams', null, 'no limit'],
])('%s of %s is %s', (name, value, said) => {
  expect(limitText(name, value)).toBe(said)
})
