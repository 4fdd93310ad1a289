import { expect, test } from 'vitest'
import { createSignInReader } from './sign-in-reader.ts'

const after = (...lines: string[]) => {
  const hear = createSignInReader()
  return lines.map((line) => hear(`${line}\r\n`))
}
const plain = (identity: string, name: string) => Buffer.from(`${identity}\0${name}\0secret`).toString('base64')

test('SASL PLAIN tells at its end, however it is split', () => {
  expect(
    after(
      'CAP LS 302',
      'NICK a',
      'USER b 0 * :x',
      'AUTHENTICATE PLAIN',
      `AUTHENTICATE ${plain('', 'alice/net@phone')}`,
    ),
  ).toEqual([null, null, null, null, 'alice'])
  const long = Buffer.from(`\0alice\0${'p'.repeat(393)}`).toString('base64')
  expect(after('AUTHENTICATE plain', `AUTHENTICATE ${long.slice(0, 400)}`, `AUTHENTICATE ${long.slice(400)}`)).toEqual([
    null,
    null,
    'alice',
  ])
  // A whole number of pieces ends with an empty one.
  const even = Buffer.from(`\0bob\0${'p'.repeat(295)}`).toString('base64')
  expect(even).toHaveLength(400)
  expect(after('AUTHENTICATE PLAIN', `AUTHENTICATE ${even}`, 'AUTHENTICATE +')).toEqual([null, null, 'bob'])
})

test('who is acted for counts, as for soju', () => {
  expect(after('AUTHENTICATE PLAIN', `AUTHENTICATE ${plain('carol', 'alice')}`)[1]).toBe('carol')
})

test('another mechanism, or one that is given up, tells nothing', () => {
  expect(after('AUTHENTICATE EXTERNAL', 'AUTHENTICATE PLAIN', `AUTHENTICATE ${plain('', 'al')}`)[2]).toBe('al')
  expect(after('AUTHENTICATE OAUTHBEARER', `AUTHENTICATE ${plain('', 'alice')}`)).toEqual([null, null])
  expect(
    after('AUTHENTICATE PLAIN', 'AUTHENTICATE *', 'AUTHENTICATE PLAIN', `AUTHENTICATE ${plain('', 'al')}`),
  ).toEqual([null, null, null, 'al'])
})

test('PASS and USER tell together, in either order; USER alone does not', () => {
  expect(after('PASS :secret', 'NICK a', 'USER alice@phone 0 * :x')).toEqual([null, null, 'alice'])
  expect(after('USER alice 0 * :x', 'PASS secret')).toEqual([null, 'alice'])
  expect(after('USER alice 0 * :x', 'NICK a')).toEqual([null, null])
})

test('nonsense is passed over', () => {
  expect(after('', ':', '@', 'AUTHENTICATE', 'PASS', 'AUTHENTICATE PLAIN', 'AUTHENTICATE ====')).toEqual(
    Array(6).fill(null).concat(['']),
  )
})
