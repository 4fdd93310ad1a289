import { expect, test } from 'vitest'
import { details, table } from './text.ts'

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

test('a table fits the room there is: the widest give way, then the last', () => {
  const items = [{ name: 'libera', address: `ircs://${'x'.repeat(60)}:6697`, nick: '漢字漢字漢字' }]
  const columns = ['name', 'address', 'nick']
  expect(table(items, columns, plainly)).toContain('x:6697')
  expect(table(items, columns, plainly, 40)).toBe(
    'NAME    ADDRESS                   NICK\nlibera  ircs://xxxxxxxxxxxxxxxx…  漢字漢字漢字',
  )
  expect(table(items, columns, plainly, 20)).toBe('NAME    ADDRESS\nlibera  ircs://…')
})
