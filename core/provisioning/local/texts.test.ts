import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseIrcLine } from './irc-line.ts'
import { plainText } from './lines.ts'
import { isAtLeast } from './program-versions.ts'
import { quoteCommand } from './quoting.ts'
import { parseChannels, parseFingerprint, parseNetworks, parseSasl, parseUserEnabled } from './soju-text.ts'

describe('what soju says', () => {
  test('about networks', () => {
    expect(
      parseNetworks([
        'net.irc.now (irc+insecure://127.0.0.1:6667) [connected]: 3 channels',
        'libera (ircs://irc.libera.chat:6697) [disconnected]: connection error: [x] (y): \u001b[31mred\u0007',
        'off (ircs://[::1]:6697) [disabled]',
        'waiting (ircs://a:1) [disconnected]',
        'irc.example.org [connected, current]: 0 channels',
        'No network configured, add one with "network create".',
      ]),
    ).toEqual([
      { name: 'net.irc.now', address: 'irc+insecure://127.0.0.1:6667', state: 'connected', error: null },
      {
        name: 'libera',
        address: 'ircs://irc.libera.chat:6697',
        state: 'disconnected',
        error: 'connection error: [x] (y):  [31mred',
      },
      { name: 'off', address: 'ircs://[::1]:6697', state: 'disabled', error: null },
      { name: 'waiting', address: 'ircs://a:1', state: 'disconnected', error: null },
      { name: 'irc.example.org', address: 'irc.example.org', state: 'connected', error: null },
    ])
  })

  test('about channels, certificates, credentials and users', () => {
    expect(parseChannels(['#a [joined]', '#b [parted, detached]', 'No channel configured.'])).toEqual(['#a', '#b'])
    const print = 'ab'.repeat(64)
    expect(parseFingerprint(['SHA-1 fingerprint: ab', `SHA-512 fingerprint: ${print}`])).toBe(print)
    expect(parseFingerprint([])).toBeNull()
    expect(parseSasl(['SASL PLAIN enabled with username "x"', 'Unauthenticated on upstream network'])).toEqual({
      mechanism: 'plain',
      signedIn: false,
    })
    expect(parseUserEnabled(['disabled: 1 networks'])).toBe(true)
    expect(parseUserEnabled(['x (admin, disabled): 1 networks (5 max)'])).toBe(false)
  })
})

test('lines have tags, a source, a command and parameters', () => {
  expect(parseIrcLine('@label=1;account=a :NickServ!s@h NOTICE you :a :b')).toEqual({
    tags: { label: '1', account: 'a' },
    source: 'NickServ!s@h',
    command: 'NOTICE',
    params: ['you', 'a :b'],
  })
  expect(parseIrcLine('PING x').params).toEqual(['x'])
  expect(parseIrcLine('BATCH -1 :').params).toEqual(['-1', ''])
})

test('a quoted command has no line break, and its quotes close', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme' })), (words) => {
      fc.pre(words.every((word) => !/[\r\n\0]/.test(word)))
      const line = quoteCommand(words)
      // Taking away escaped characters leaves quotes that pair up around words without quotes.
      const bare = line.replace(/\\./gs, '')
      expect(bare).toMatch(/^("[^"]*"( "[^"]*")*)?$/s)
      expect([...line.matchAll(/"((?:\\.|[^"\\])*)"/gs)].map(([, word]) => word!.replace(/\\(.)/gs, '$1'))).toEqual(
        words,
      )
    }),
  )
  for (const word of ['a\nb', 'a\rb', 'a\0b', '\ud800']) expect(() => quoteCommand([word])).toThrow(/cannot contain/)
  expect(() => quoteCommand(['x'.repeat(20_000)])).toThrow(/too long/)
})

test('plain text steers no terminal', () => {
  expect(plainText('\u001b]0;title\u0007 a\r\nb\u202ec\u009bd')).toBe(']0;title  a b c d')
})

test('versions compare by their numbers', () => {
  expect(isAtLeast('0.9.0-1+b2', '0.9')).toBe(true)
  expect(isAtLeast('1:0.10.1', '0.9')).toBe(true)
  expect(isAtLeast('0.8.2', '0.9')).toBe(false)
  expect(isAtLeast('2.15.0+ds1-4', '2.15')).toBe(true)
  expect(isAtLeast('2.9', '2.15')).toBe(false)
})
