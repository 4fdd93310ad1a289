import { describeOperation } from '@irc-now/core/operation/describe'
import { connectBouncer } from '@irc-now/core/provisioning/bouncers/connect'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lineBytes, outputLines, split } from './reply.ts'
import { wordsOf } from './words.ts'

it('reads back every word that was quoted', () => {
  const quoted = (word: string) => `"${word.replace(/["\\]/g, '\\$&')}"`
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
      expect(wordsOf(words.map(quoted).join(' '))).toEqual(words.map((text) => ({ text, quoted: true })))
    }),
  )
  expect(wordsOf(`a 'b c`)).toEqual([
    { text: 'a', quoted: false },
    { text: 'b c', quoted: true, open: "'" },
  ])
})

it('splits any text into lines that fit and hold no control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), (text) => {
      for (const line of split(text)) {
        expect(Buffer.byteLength(line)).toBeLessThanOrEqual(lineBytes)
        expect(line).not.toMatch(/\p{Cc}/u)
      }
    }),
  )
})

it('lets nothing through that turns the direction of a line', () => {
  const marks = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069'
  for (const mark of marks) expect(split(`a${mark}b`)).toEqual(['a b'])
})

it('never splits inside a character', () => {
  const family = '👨‍👩‍👧'
  for (const lead of ['', 'a', 'ab', 'abc']) {
    const lines = split(lead + family.repeat(60))
    expect(lines.join('')).toBe(lead + family.repeat(60))
    for (const line of lines) expect(line.replaceAll(family, '')).toBe(line.startsWith('a') ? lead : '')
  }
  expect(split('مرحبا '.repeat(200)).every((line) => Buffer.byteLength(line) <= lineBytes)).toBe(true)
})

it('shows a text of several lines as lines, each of them safe', () => {
  const operation = { noun: 'bouncer', columns: [], fields: [], forPrograms: [] } as never
  const lines = outputLines(operation, {
    server: 'irc.now',
    port: 6697,
    weechat: '/server add\n/conn\u0003ect\r\n\nend',
  })
  expect(lines).toEqual(['server: irc.now · port: 6697', 'weechat:', '/server add', '/conn ect', 'end'])
})

it('shows things inside a thing a line each, of many values with their names', () => {
  const operation = { noun: 'bouncer', columns: [], fields: [], forPrograms: [] } as never
  const records = [
    { name: 'irc.example.org', type: 'A', value: '127.0.0.1' },
    { name: '_irc-now.irc.example.org', type: 'TXT', value: 'irc-now=\r\nx' },
  ]
  expect(outputLines(operation, { hostname: 'irc.example.org', records })).toEqual([
    'hostname: irc.example.org',
    'records:',
    'irc.example.org  A  127.0.0.1',
    '_irc-now.irc.example.org  TXT  irc-now= x',
  ])
  expect(outputLines(operation, { things: [{ a: 1, b: 2, c: null, d: true }] })).toEqual([
    'things:',
    'a: 1 · b: 2 · c: - · d: yes',
  ])
})

it('tells in a few lines what could be chosen, and what was chosen in full', () => {
  const operation = describeOperation(connectBouncer)
  const short = { server: '127.0.0.1', port: 6698, username: 'alice' }
  const weechat = '/server add irc-now\n/connect irc-now'
  const all = { ...short, weechat, irssi: '/network add\n/server add', other: 'Server\nSASL' }
  expect(outputLines(operation, all)).toEqual([
    'server: 127.0.0.1 · port: 6698 · username: alice',
    'Ask for one of weechat, irssi, other next: BOUNCER CONNECT main weechat',
  ])
  expect(outputLines(operation, all, { name: 'work' }).at(-1)).toMatch(/BOUNCER CONNECT work weechat$/)
  expect(outputLines(operation, { ...short, weechat }).slice(1)).toEqual(['weechat:', ...weechat.split('\n')])
})

it('says of an empty list that there is none, whatever is listed and whoever’s it is', () => {
  const operation = describeOperation({ ...connectBouncer, noun: 'plan', verb: 'override list' } as never)
  expect(outputLines(operation, { items: [] })).toEqual(['There is none.'])
})
