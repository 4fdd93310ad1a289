import { expect, test } from 'vitest'
import { z } from 'zod'
import { faultWords } from './fault-words.ts'

test.each<[z.ZodType, unknown, string]>([
  [z.int().min(1), 0, 'it wants 1 or more.'],
  [z.number().gt(1), 1, 'it wants a number above 1.'],
  [z.int().max(100), 101, 'it wants 100 or less.'],
  [z.number().lt(5), 5, 'it wants a number below 5.'],
  [z.string().min(1), '', 'it can’t be empty.'],
  [z.string().min(8), 'x', 'it wants at least 8 characters.'],
  [z.string().max(1), 'xy', 'it wants at most 1 character.'],
  [z.string().length(3), 'x', 'it wants exactly 3 characters.'],
  [z.array(z.string()).max(2), ['a', 'b', 'c'], 'it wants at most 2 entries.'],
  [z.array(z.string()), 'a', 'it wants a list.'],
  [z.string(), 1, 'it wants a text.'],
  [z.int(), 1.5, 'it wants a whole number.'],
  [z.number(), Number.NaN, 'it wants a number.'],
  [z.boolean(), 'yes', 'it wants yes or no.'],
  [z.object({}), [], 'it wants fields and their values.'],
  [z.enum(['a', 'b']), 'c', 'it wants one of a, b.'],
  [z.literal('a'), 'c', 'it wants a.'],
  [z.int().multipleOf(5), 3, 'it wants a multiple of 5.'],
  [z.email(), 'x', 'it wants an e-mail address, such as ann@example.org.'],
  [z.url(), 'x', 'it wants an address, such as https://example.org.'],
  [z.iso.datetime(), 'x', 'it wants a time, such as 2027-01-31T12:00:00Z.'],
  [z.string().regex(/^a/), 'b', 'it is not written as it should be.'],
  [z.union([z.string(), z.number()]), true, 'it is not as it should be.'],
  [z.string().regex(/^a/, 'Begin with a.'), 'b', 'Begin with a.'],
  [z.string().refine((text) => text === 'a', 'Say a.'), 'b', 'Say a.'],
])('%#: %s', (schema, value, sentence) => {
  const { error } = schema.safeParse(value, { error: faultWords })
  expect(error?.issues[0]?.message).toBe(sentence)
})
