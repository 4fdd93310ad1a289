import { expect, test } from 'vitest'
import { contentUrls } from './content-url.ts'

const urls = (more: Partial<Parameters<typeof contentUrls>[0]>) =>
  contentUrls({
    httpUrl: 'http://127.0.0.1:8067',
    publicHost: '127.0.0.1',
    port: 8067,
    txt: undefined,
    pics: undefined,
    ...more,
  })

test('hosts of their own, below the name that users type, or below localhost where that is an address', () => {
  const local = { txtUrl: 'http://txt.localhost:8067', picsUrl: 'http://pics.localhost:8067' }
  for (const publicHost of ['127.0.0.1', '::1', 'localhost', '192.0.2.7']) expect(urls({ publicHost })).toEqual(local)
  expect(urls({ publicHost: 'irc.example.org' })).toEqual({
    txtUrl: 'http://txt.irc.example.org:8067',
    picsUrl: 'http://pics.irc.example.org:8067',
  })
  expect(urls({ txt: 'https://Paste.example.org/', pics: 'https://pics.example:444' })).toEqual({
    txtUrl: 'https://paste.example.org',
    picsUrl: 'https://pics.example:444',
  })
})

test('nothing that members publish shares a host with the pages on which people sign in', () => {
  const shared = { httpUrl: 'https://irc.example.org' }
  expect(() => urls({ ...shared, txt: 'https://irc.example.org:444' })).toThrow(/a host name each/)
  expect(() => urls({ ...shared, txt: 'https://c.example', pics: 'https://c.example' })).toThrow(/a host name each/)
  expect(() => urls({ txt: 'https://c.example/pastes' })).toThrow(/^IRC_NOW_TXT_URL: wants http/)
  expect(() => urls({ pics: 'ftp://c.example' })).toThrow(/^IRC_NOW_PICS_URL: wants http/)
})
