import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatMessageId, parseMessageId } from './soju-message-id.ts'

test('every name of a message is read back', () => {
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(2n ** 62n), max: 2n ** 62n }),
      fc.string({ unit: 'grapheme' }),
      fc.bigInt({ min: 0n, max: 2n ** 62n }),
      (network, target, message) => {
        expect(parseMessageId(formatMessageId({ network, target, message }))).toEqual({ network, target, message })
      },
    ),
  )
})

test('anything else is none', () => {
  fc.assert(fc.property(fc.string(), (text) => void parseMessageId(text)))
  for (const text of ['', 'AA', '!!', 'AQIAAwE']) expect(parseMessageId(text)).toBeNull()
})
