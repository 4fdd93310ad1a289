import { expect, test } from 'vitest'
import { listPastes } from '../content/pastes/list.ts'
import { updatePaste } from '../content/pastes/update.ts'
import { updateBouncer } from '../provisioning/bouncers/update.ts'
import { byteSize } from './byte-size.ts'
import { parseInput } from './check-input.ts'
import { fieldsOf } from './describe.ts'
import { inputFromText } from './text-input.ts'

const refusal = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    return (error as Error).message
  }
  return null
}

test('a refusal names what is in a text and not seen', () => {
  const nick = (text: string) => refusal(() => parseInput(updateBouncer, { nick: text }))
  expect(nick('al\u200bice')).toMatch(
    /^nick: A nick has .*\. There is \\u200b in it, which nobody sees; type it again\.$/,
  )
  expect(nick('\u202eali\u2066ce\u202e')).toContain('There is \\u202e and \\u2066 in it')
  expect(nick('ali ce')).toMatch(/^nick: [^.]*\.$/)
  expect(refusal(() => parseInput(updatePaste, { id: 'x'.repeat(22), visibility: 'public\ufeff' }))).toContain(
    '\\ufeff',
  )
  expect(refusal(() => inputFromText(fieldsOf(updateBouncer), { enabled: 'yes\u200b' }))).toBe(
    'enabled wants yes or no. There is \\u200b in it, which nobody sees; type it again.',
  )
  expect(refusal(() => inputFromText(fieldsOf(listPastes), { 'a\u200bl': 'x' }))).toContain('\\u200b')
})

test('sizes as people read them', () => {
  const mebibyte = 1024 * 1024
  expect([0, 1, 69, 999, 1000, 300_000, mebibyte - 1, mebibyte, 1.5 * mebibyte, 1024 * mebibyte].map(byteSize)).toEqual(
    ['0 bytes', '1 byte', '69 bytes', '999 bytes', '1 kB', '293 kB', '1 MB', '1 MB', '1.5 MB', '1 GB'],
  )
})
