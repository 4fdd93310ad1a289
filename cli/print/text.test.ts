import { expect, test } from 'vitest'
import { details } from './text.ts'

const plainly = { bold: (text: string) => text, dim: (text: string) => text }

test('texts of several lines stand below the rest, to be copied line by line', () => {
  const item = { server: 'irc.now', weechat: '/server add\n/connect', port: 6697 }
  expect(details(item, plainly)).toBe('server  irc.now\nport    6697\n\nweechat\n/server add\n/connect')
})

test('each line is safe by itself, and only a line feed makes one', () => {
  expect(details({ text: 'a\u001b[2J\r\nb\u2028c\u0085d\re' }, plainly)).toBe(
    'text\na\\u001b[2J\nb\\u2028c\\u0085d\\u000de',
  )
})
