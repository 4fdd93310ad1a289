import type { Key as InkKey } from 'ink'
import { expect, test } from 'vitest'
import { type Key, keysOf } from './keys.ts'
import { edit, lineOf, textOf } from './line-editor.ts'

const none = {} as InkKey
const key = (name: Key['name'], text = ''): Key => ({ name, text })
const typed = (text: string, ...keys: Key[]) => keys.reduce((line, one) => edit(line, one) ?? line, lineOf(text))

test('a line is edited at its cursor', () => {
  expect(textOf(typed('main', key('left'), key('left'), key('text', '-')))).toBe('ma-in')
  expect(textOf(typed('main', key('home'), key('delete'), key('end'), key('backspace')))).toBe('ai')
  expect(textOf(typed('one two', key('ctrl', 'w')))).toBe('one ')
  expect(textOf(typed('one two', key('ctrl', 'a'), key('ctrl', 'k')))).toBe('')
  expect(textOf(typed('one two', key('ctrl', 'u'), key('text', 'x')))).toBe('x')
  expect(edit(lineOf('x'), key('enter'))).toBeNull()
})

test('the cursor steps over what people see as one character', () => {
  expect(textOf(typed('a👩‍👩‍👧e\u0301', key('backspace')))).toBe('a👩‍👩‍👧')
  expect(textOf(typed('a👩‍👩‍👧e\u0301', key('left'), key('backspace')))).toBe('ae\u0301')
})

test('what is pasted stays on the line, and brings no control characters', () => {
  expect(textOf(typed('', key('paste', 'secret\r\n')))).toBe('secret')
  expect(textOf(typed('', key('paste', 'a\nb\tc\x1b[31m\0')))).toBe('a b c[31m')
})

test('keys that come in one piece are still keys', () => {
  const names = keysOf('ab\r\t\x7f\x15c', none).map(({ name, text }) => text || name)
  expect(names).toEqual(['a', 'b', 'enter', 'tab', 'backspace', 'u', 'c'])
  expect(keysOf('u', { ...none, ctrl: true })).toEqual([{ name: 'ctrl', text: 'u' }])
  expect(keysOf('\0\x1b', none)).toEqual([])
})
