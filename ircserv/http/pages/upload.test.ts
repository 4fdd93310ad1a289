import { readFile } from 'node:fs/promises'
import { request } from 'node:http'
import { createEmbeddedIdentity } from '@irc-now/core/accounts/identity.embedded'
import type { ServedIdentity } from '@irc-now/core/accounts/identity.port'
import type { Database } from '@irc-now/core/store/database'
import { Hono } from 'hono'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createBrowser } from '../../../test/form-browser.ts'
import { openTestPglite } from '../../../test/pglite.ts'
import { createTestPlatform } from '../../../test/platform.ts'
import { testPort } from '../../../test/ports.ts'
import { quietLog } from '../../../test/quiet-log.ts'
import { samples } from '../../../test/sample-files.ts'
import type { ApiBindings } from '../api.ts'
import { type Servers, startServers } from '../server.ts'
import { providerPages } from './provider-pages.ts'
import { createSignInPages } from './sign-in.ts'
import { createUploadPage } from './upload.ts'
import { createVisitors } from './visitors.ts'

// As a browser without scripts does it, and what a script sends.
let database: Database
let platform: Awaited<ReturnType<typeof createTestPlatform>>
let identity: ServedIdentity
let servers: Servers
let url: string
let port: number
const password = 'a long enough one'

beforeAll(async () => {
  port = await testPort()
  url = `http://127.0.0.1:${port}`
  database = await openTestPglite()
  platform = await createTestPlatform(database, url)
  const { runtime, keyring } = platform
  identity = await createEmbeddedIdentity({ resource: url, runtime, keyring, pages: providerPages, log: () => {} })
  const visitors = createVisitors({ runtime, identity, keyring, httpUrl: url, log: quietLog })
  const app = new Hono<{ Bindings: ApiBindings }>()
  app.route('/', createSignInPages({ runtime, identity, log: quietLog }))
  app.route('/', visitors.routes)
  app.route('/', createUploadPage({ runtime, visitors, log: quietLog }))
  servers = await startServers(app, {
    host: '127.0.0.1',
    port,
    socket: null,
    intercept: (request) => (identity.owns(request.url) ? identity.handle : null),
  })
})
afterAll(async () => {
  await servers?.close(1000)
  await database?.close()
})

let browser: ReturnType<typeof createBrowser>
let member: string
let count = 0
beforeEach(async () => {
  browser = createBrowser()
  count += 1
  member = `member${count}`
  await platform.member(member)
  await platform.call(member, 'account.update', { password })
})

const enter = async (from = browser) => {
  const signIn = await from.open(`${url}/upload`)
  return from.submit(signIn, { name: member, password })
}
const tokenOf = ({ text }: { text: string }) => /name="token" value="(\w+)"/.exec(text)?.[1] ?? ''

async function formOf(token: string, fields: Record<string, string>, ...files: [string, Buffer][]): Promise<FormData> {
  const form = new FormData()
  form.append('token', token)
  for (const [name, bytes] of files) form.append('file', new File([new Uint8Array(bytes)], name))
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  return form
}
const addresses = (text: string) => [...text.matchAll(/class="address" href="([^"]+)"/g)].map(([, one]) => one)

test('whoever is not signed in signs in on the way, by code and PKCE, and is a member’s browser then', async () => {
  const first = await fetch(`${url}/upload`, { redirect: 'manual' })
  const to = new URL(first.headers.get('location')!)
  expect([first.status, to.origin + to.pathname]).toEqual([303, `${identity.issuer}/auth`])
  expect(Object.fromEntries(to.searchParams)).toMatchObject({ response_type: 'code', code_challenge_method: 'S256' })
  expect(first.headers.getSetCookie()).toEqual([
    expect.stringMatching(/^irc-now-sign-in-\d+=[^;]+; Max-Age=3600; Path=\/signed-in; HttpOnly; SameSite=Lax$/),
  ])
  const page = await enter()
  expect([page.status, page.url]).toEqual([200, `${url}/upload`])
  expect(page.text).toContain(`You are signed in as <strong>${member}</strong>`)
  expect(page.headers.get('cache-control')).toBe('no-store')
  expect(browser.cookies.get('irc-now')).toMatchObject({ value: expect.stringMatching(/^ircn_web_\w{32}$/), path: '/' })
  expect([...browser.cookies.keys()].join(' ')).not.toContain('irc-now-sign-in')
  // By another name of the machine, where the cookie would not come back to.
  const other = await fetch(`http://localhost:${port}/upload`, { redirect: 'manual' })
  expect(other.headers.get('location')).toBe(`${url}/upload`)
})

test('pictures and a text are published by a plain form, each with what became of it', async () => {
  const token = tokenOf(await enter())
  const form = await formOf(
    token,
    { text: 'print("hi")\r\n', title: 'hi.py' },
    ['a b.png', await readFile(samples.png)],
    ['evil.svg', await readFile(samples.svg)],
    ['../notes.txt', Buffer.from('one\ntwo\n')],
    ['<i>.bin', Buffer.from([0, 1, 2, 255])],
  )
  const page = await browser.post(`${url}/upload`, form)
  expect(page.status).toBe(200)
  expect(addresses(page.text)).toEqual([
    expect.stringMatching(/^http:\/\/pics\.localhost:8080\/\w{22}\.png$/),
    ...Array(3).fill(expect.stringMatching(/^http:\/\/txt\.localhost:8080\/\w{22}$/)),
  ])
  expect(page.text).toContain('&lt;i&gt;.bin: This is neither a JPEG')
  expect(page.text).toContain('<img src="http://pics.localhost:8080/')
  const { items } = await platform.call(member, 'paste.list')
  expect(items.map(({ title }: { title: string }) => title).sort()).toEqual(['evil.svg', 'hi.py', 'notes.txt'])
  const { id } = items.find(({ title }: { title: string }) => title === 'hi.py')
  expect((await platform.call(member, 'paste.show', { id })).text).toBe('print("hi")\n')
  expect((await platform.call(member, 'pic.list')).items).toMatchObject([{ name: 'a b.png' }])
  const audit = (await platform.call(member, 'audit.list')).items
  expect(audit.find(({ operation }: { operation: string }) => operation === 'pic.upload')).toMatchObject({
    via: 'page',
  })
  expect((await browser.post(`${url}/upload`, await formOf(token, {}))).status).toBe(400)
})

test('a script sends a file as it is, and reads what became of it', async () => {
  const token = tokenOf(await enter())
  const send = async (name: string, bytes: Buffer<ArrayBuffer>, headers: Record<string, string> = {}) => {
    const to = `${url}/upload/file?name=${encodeURIComponent(name)}`
    const { status, text } = await browser.post(to, bytes, { 'irc-now-form': token, ...headers })
    return { status, ...JSON.parse(text) }
  }
  const png = Buffer.from(await readFile(samples.png))
  expect(await send('a.png', png)).toEqual({
    status: 200,
    url: expect.stringMatching(/\.png$/),
    thumbnailUrl: expect.stringMatching(/thumbnail\.webp$/),
  })
  // Cut where it is too long, though not within a character.
  const smileys = `${'🙂'.repeat(100)}.txt`
  expect(await send(smileys, Buffer.from('text'))).toMatchObject({ status: 200 })
  expect((await platform.call(member, 'paste.list')).items[0].title).toMatch(/^(🙂){57}….txt$/u)
  expect(await send('a.txt', Buffer.from('text'))).toEqual({ status: 200, url: expect.stringContaining('//txt.') })
  expect(await send('a.png', Buffer.from([0, 1]))).toMatchObject({ status: 400, problem: expect.any(String) })
  expect(await send('a.png', png, { 'irc-now-form': 'wrong' })).toMatchObject({ status: 403 })
  const large = Buffer.alloc(36 * 1024 * 1024, '\x89PNG\r\n\x1a\n', 'latin1')
  expect(await send('a.png', large)).toEqual({ status: 413, problem: expect.stringContaining('at most 32 MB') })
  browser = createBrowser()
  expect(await send('a.png', png)).toMatchObject({ status: 401, problem: expect.stringContaining('sign in') })
})

test('a member sends one form at a time, whose bytes are held; another works once that has gone', async () => {
  const token = tokenOf(await enter())
  const cookie = [...browser.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ')
  const half = request(`${url}/upload`, {
    method: 'POST',
    headers: { cookie, origin: url, 'content-type': 'multipart/form-data; boundary=x', 'content-length': '30000000' },
  }).on('error', () => undefined)
  half.write('x'.repeat(1_000_000))
  const send = async () => (await browser.post(`${url}/upload`, await formOf(token, { text: 'x' }))).status
  await expect.poll(send).toBe(429)
  half.destroy()
  await expect.poll(send).toBe(200)
})

test('no other site’s page can send for a member', async () => {
  const token = tokenOf(await enter())
  const published = async () => (await platform.call(member, 'paste.list')).items.length
  const bob = createBrowser()
  const mine = member
  member = `${mine}b`
  await platform.member(member)
  await platform.call(member, 'account.update', { password })
  const foreign = tokenOf(await enter(bob))
  member = mine
  for (const [given, headers] of [
    ['', {}],
    [foreign, {}],
    [token, { origin: 'https://evil.example' }],
    [token, { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    [token, { origin: 'null', 'sec-fetch-site': 'same-site' }],
  ] as const) {
    const answer = await browser.post(`${url}/upload`, await formOf(given, { text: 'x' }), headers)
    expect([given, headers, answer.status]).toEqual([given, headers, 403])
  }
  expect((await browser.post(`${url}/upload/sign-out`, { token: foreign })).status).toBe(403)
  expect(await published()).toBe(0)
  expect((await browser.post(`${url}/upload`, await formOf(token, { text: 'x' }))).status).toBe(200)
  expect(await published()).toBe(1)
})

test('a sign-in that somebody else began signs nobody in, and a code is good once', async () => {
  await enter()
  // The browser is known at the provider, so it comes back at once.
  const begin = await fetch(`${url}/upload`, { redirect: 'manual' })
  const [sealed] = begin.headers.getSetCookie()[0]!.split(';')
  const cookie = [...browser.cookies.values()].map(({ name, value }) => `${name}=${value}`).join('; ')
  const back = await fetch(begin.headers.get('location')!, { redirect: 'manual', headers: { cookie } })
  const link = back.headers.get('location')!
  expect(new URL(link).searchParams.get('code')).toEqual(expect.any(String))
  const come = (headers: Record<string, string>, to = link) => fetch(to, { redirect: 'manual', headers })
  expect((await come({})).status).toBe(401)
  expect((await come({ cookie: sealed! }, link.replace(/state=[^&]+/, 'state=x'))).status).toBe(401)
  expect((await come({ cookie: 'irc-now-sign-in-1=forged' })).status).toBe(401)
  const right = await come({ cookie: sealed! })
  expect([right.status, right.headers.get('location')]).toEqual([303, '/upload'])
  expect((await come({ cookie: sealed! })).status).toBe(401)
})

test('two tabs sign in at the same time, and nobody else’s link to the way back ends that', async () => {
  const tabs = [await browser.open(`${url}/upload`), await browser.open(`${url}/upload`)]
  expect((await browser.open(`${url}/signed-in?state=x&code=y`)).status).toBe(401)
  for (const tab of tabs) {
    const page = await browser.submit(tab, { name: member, password })
    expect([page.status, page.url]).toEqual([200, `${url}/upload`])
  }
})

const isIn = async () => (await browser.open(`${url}/upload`)).text.includes('You are signed in as')

test.each([
  [
    'signing out there',
    async () =>
      void (await browser.submit(
        await browser.post(`${url}/upload/sign-out`, {
          token: tokenOf(await browser.open(`${url}/upload`)),
        }),
      )),
  ],
  [
    'signing out at the provider',
    async () => void (await browser.submit(await browser.open(`${identity.issuer}/session/end`))),
  ],
  ['a new password', () => platform.call(member, 'account.update', { password: 'another long one' })],
  [
    'a suspension, also once that is lifted',
    async () => {
      await platform.call('ops', 'account.suspend', { name: member })
      await platform.call('ops', 'account.resume', { name: member })
      // What the provider itself still knows of the browser is another matter.
      for (const name of browser.cookies.keys())
        if (name.startsWith('_')) (browser.cookies as Map<string, unknown>).delete(name)
    },
  ],
])('%s ends it', async (_, end) => {
  await enter()
  expect(await isIn()).toBe(true)
  await end()
  expect(await isIn()).toBe(false)
})

test('who is suspended can send nothing more', async () => {
  const token = tokenOf(await enter())
  await platform.call('ops', 'account.suspend', { name: member })
  expect((await browser.post(`${url}/upload`, await formOf(token, { text: 'x' }))).status).toBe(401)
})

test('under https its cookies go nowhere else, and no other host can have set them', async () => {
  const httpUrl = 'https://irc.example.org'
  const { runtime, keyring } = platform
  const { id } = (await runtime.read((store) => store.accounts.byName(member)))!
  const redeemed: ServedIdentity = { ...identity, redeem: async () => ({ accountId: id, session: 'here' }) }
  const visitors = createVisitors({ runtime, identity: redeemed, keyring, httpUrl, log: quietLog })
  const app = new Hono<{ Bindings: ApiBindings }>()
  app.route('/', visitors.routes)
  app.get('/upload', (c) => visitors.begin(c))
  const ask = (path: string, headers: Record<string, string>) =>
    app.request(httpUrl + path, { headers: { host: 'irc.example.org', ...headers } }, { address: '::1' })
  const begun = await ask('/upload', {})
  const [line = ''] = begun.headers.getSetCookie()
  expect(line).toMatch(/; HttpOnly; Secure; SameSite=Lax$/)
  const state = new URL(begun.headers.get('location')!).searchParams.get('state')
  const back = await ask(`/signed-in?code=x&state=${state}`, { cookie: line.split(';')[0]! })
  expect(back.headers.getSetCookie().at(-1)).toMatch(
    /^__Host-irc-now=ircn_web_\w{32}; Max-Age=1209600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
})
