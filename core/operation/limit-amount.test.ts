import { expect, test } from 'vitest'
import { limitAmount } from './limit-amount.ts'

test.each([
  ['paste.lifeHours', 1, '1 hour'],
  ['paste.lifeHours', 24, '24 hours'],
  ['paste.lifeHours', 36, '36 hours'],
  ['paste.lifeHours', 2160, '90 days'],
  ['picture.lifeDays', 1, '1 day'],
  ['picture.lifeDays', 90, '90 days'],
  ['paste.maxBytes', 1024 ** 2, '1 MB'],
  ['picture.bytes', 1, '1 byte'],
  ['bot.live', 1, '1'],
])('%s of %d is %s', (name, value, said) => {
  expect(limitAmount(name, value)).toBe(said)
})
