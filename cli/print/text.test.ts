import { expect, test } from 'vitest'
import { details, knowWidths, safe, table } from './text.ts'

const plainly = { bold: (text: string) => text, dim: (text: string) => text }

test('texts of several lines stand below the rest, to be copied line by line', () => {
  const item = { server: 'irc.now', weechat: '/server add\n/connect', port: 6697 }
  expect(details(item, plainly)).toBe('server  irc.now\nport    6697\n\nweechat\n/server add\n/connect')
})

test('things inside a thing are a table below it', () => {
  const records = [
    { name: 'irc.example.org', type: 'A', value: '127.0.0.1' },
    { name: '_irc-now.irc.example.org', type: 'TXT', value: 'irc-now=\u001bx' },
  ]
  expect(details({ hostname: 'irc.example.org', records, empty: [] }, plainly)).toBe(
    [
      'hostname  irc.example.org',
      'empty     –',
      '',
      'records',
      'NAME                      TYPE  VALUE',
      'irc.example.org           A     127.0.0.1',
      '_irc-now.irc.example.org  TXT   irc-now=\\u001bx',
    ].join('\n'),
  )
})

test('each line is safe by itself, and only a line feed makes one', () => {
  expect(details({ text: 'a\u001b[2J\r\nb\u2028c\u0085d\re' }, plainly)).toBe(
    'text\na\\u001b[2J\nb\\u2028c\\u0085d\\u000de',
  )
})

test('a table fits the room there is: texts are cut, never addresses and times, and what finds no room is named', async () => {
  await knowWidths('漢字')
  const item = (title: string) => ({
    url: `http://txt.localhost:8067/${'x'.repeat(22)}`,
    title,
    nick: '漢字漢字漢字',
    expiresAt: '2026-11-25T08:06:52.000Z',
    bytes: 12,
  })
  const items = [item('a.md'), item('A title that is longer than what is left for it')]
  const shown = { columns: ['url', 'title', 'nick', 'expiresAt', 'bytes'], address: 'url' }
  const narrow = table(items, shown, plainly, 80)
  expect(narrow.text.split('\n')[2]).toBe(`${item('').url}  A title that is…  漢字漢字漢字`)
  expect(narrow.hidden).toEqual(['expires at', 'bytes'])
  const wide = table(items, shown, plainly)
  expect(wide.hidden).toEqual([])
  expect(wide.text).toMatch(/left for it {2}漢字漢字漢字 {2}2026-11-25 08:06:52 UTC {2}12$/)
  expect(table(items, shown, plainly, 112).text).toMatch(
    / A title.*… {2}漢字漢字漢字 {2}2026-11-25 08:06:52 UTC {2}12$/,
  )
  expect(table(items, shown, plainly, 20)).toEqual({
    text: expect.stringMatching(/http:\/\/txt.localhos…$/),
    hidden: ['title', 'nick', 'expires at', 'bytes'],
  })
})

test('what nobody sees is named', () => {
  expect(safe('a\u200bb\u2060\ufeff\u202e')).toBe('a\\u200bb\\u2060\\ufeff\\u202e')
  expect(safe('👨‍👩‍👧')).toBe('👨‍👩‍👧')
})
