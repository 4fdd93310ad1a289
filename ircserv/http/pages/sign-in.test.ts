import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEmbeddedIdentity } from '@irc-now/core/accounts/identity.embedded'
import type { ServedIdentity } from '@irc-now/core/accounts/identity.port'
import { catalogue } from '@irc-now/core/catalogue'
import type { Database } from '@irc-now/core/store/database'
import { Hono } from 'hono'
import {
  allowInsecureRequests,
  type Configuration,
  discovery,
  initiateDeviceAuthorization,
  None,
  pollDeviceAuthorizationGrant,
  refreshTokenGrant,
  tokenRevocation,
} from 'openid-client'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { createBrowser } from '../../../test/form-browser.ts'
import { openTestPglite } from '../../../test/pglite.ts'
import { createTestPlatform } from '../../../test/platform.ts'
import { testPort } from '../../../test/ports.ts'
import { type ApiBindings, createApi } from '../api.ts'
import { type Servers, startServers } from '../server.ts'
import { createOncePage } from './once.ts'
import { providerPages } from './provider-pages.ts'
import { createSignInPages } from './sign-in.ts'

let folder: string
let database: Database
let platform: Awaited<ReturnType<typeof createTestPlatform>>
let identity: ServedIdentity
let servers: Servers
let url: string
let client: Configuration
const log = pino({ level: 'error' })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-pages-'))
  const port = await testPort()
  url = `http://127.0.0.1:${port}`
  database = await openTestPglite()
  platform = await createTestPlatform(database, url)
  const { runtime, keyring } = platform
  identity = await createEmbeddedIdentity({ resource: url, runtime, keyring, pages: providerPages, log: () => {} })
  const app = new Hono<{ Bindings: ApiBindings }>()
  app.route(
    '/',
    createApi({
      operations: catalogue,
      runtime,
      log,
      wake: () => () => {},
      closing: new AbortController().signal,
      ownerId: 'nobody',
      verifyAccessToken: identity.verifyAccessToken,
    }),
  )
  app.route('/', createOncePage({ operations: catalogue, runtime, open: keyring.open, log }))
  app.route('/', createSignInPages({ runtime, identity, log }))
  servers = await startServers(app, {
    host: '127.0.0.1',
    port,
    socket: join(folder, 'socket'),
    intercept: (request) => (identity.owns(request.url) ? identity.handle : null),
  })
  client = await discovery(new URL(identity.issuer), 'irc-now-cli', undefined, None(), {
    execute: [allowInsecureRequests],
  })
})

afterAll(async () => {
  await servers?.close(1000)
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

const device = async () => {
  const authorization = await initiateDeviceAuthorization(client, { scope: 'openid offline_access', resource: url })
  return { ...authorization, interval: 0.1 }
}
const call = (token: string, operation = 'account.show') =>
  fetch(`${url}/v1/${operation}`, { headers: { authorization: `Bearer ${token}` } })

/** Opens the link of a device authorization and says yes, up to the page that asks who it is. */
async function upToSignIn(browser: ReturnType<typeof createBrowser>, link: string) {
  const confirm = await browser.submit(await browser.open(link))
  return browser.submit(confirm)
}

/** An access token that a new password has ended. */
let beforeNewPassword = ''

test('a terminal signs in as somebody who signs up on the way, and again as who is signed in already', async () => {
  const browser = createBrowser()
  const authorization = await device()
  const signInPage = await upToSignIn(browser, authorization.verification_uri_complete!)
  expect(new URL(signInPage.url).pathname).toMatch(/^\/sign-in\//)
  const registerPage = await browser.open(`${signInPage.url}/register`)
  const done = await browser.submit(registerPage, { name: 'carol', email: '', password: 'a long enough one' })
  expect(done.text).toContain('signed in as <strong>carol</strong>')
  const tokens = await pollDeviceAuthorizationGrant(client, authorization)
  expect(await (await call(tokens.access_token)).json()).toMatchObject({ name: 'carol', role: 'member', plan: 'free' })
  expect(tokens.claims()).toMatchObject({ preferred_username: 'carol' })

  const second = await device()
  const confirm = await browser.submit(await browser.open(second.verification_uri_complete!))
  expect(confirm.text).toContain('You are signed in as <strong>carol</strong>')
  expect((await browser.submit(confirm)).text).toContain('signed in as <strong>carol</strong>')
  expect((await pollDeviceAuthorizationGrant(client, second)).refresh_token).toEqual(expect.any(String))
})

test('a refused and an unknown code say so, and sign nobody in', async () => {
  const browser = createBrowser()
  const authorization = await device()
  const confirm = await browser.submit(await browser.open(authorization.verification_uri_complete!))
  expect((await browser.submit(confirm, { abort: 'yes' })).text).toContain('You said no')
  await expect(pollDeviceAuthorizationGrant(client, authorization)).rejects.toMatchObject({ error: 'access_denied' })
  const codePage = await browser.open(authorization.verification_uri)
  expect((await browser.submit(codePage, { user_code: 'XXXX-XXXX' })).text).toContain('There is no such code')
})

test('a code that comes without the cookie of its page signs nobody in, and the page says why', async () => {
  const { user_code } = await device()
  for (const confirm of ['', 'yes']) {
    const body = new URLSearchParams({ user_code, xsrf: 'x', confirm })
    const answer = await fetch(`${identity.issuer}/device`, { method: 'POST', body })
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('allow cookies here')])
  }
})

test('refresh tokens are used once; revoking and a new password end them, suspension ends all', async () => {
  const browser = createBrowser()
  const fresh = async () => {
    const authorization = await device()
    const page = await upToSignIn(browser, authorization.verification_uri_complete!)
    if (page.url.includes('/sign-in/')) await browser.submit(page, { name: 'carol', password: 'a long enough one' })
    return pollDeviceAuthorizationGrant(client, authorization)
  }
  const first = await fresh()
  const second = await refreshTokenGrant(client, first.refresh_token!)
  expect((await call(second.access_token)).status).toBe(200)
  // A stolen copy that is used again ends the whole family.
  await expect(refreshTokenGrant(client, first.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' })
  await expect(refreshTokenGrant(client, second.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' })
  const third = await fresh()
  const other = await fresh()
  await tokenRevocation(client, third.refresh_token!)
  await expect(refreshTokenGrant(client, third.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' })

  // Another terminal that was signed in by the same browser stays signed in.
  await refreshTokenGrant(client, other.refresh_token!)

  const fourth = await fresh()
  // What is issued within the same second as the change can't be told from what came after it.
  await new Promise((resolve) => setTimeout(resolve, 1100))
  const changed = await fetch(`${url}/v1/account.update`, {
    method: 'POST',
    headers: { authorization: `Bearer ${fourth.access_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ password: 'quite another one' }),
  })
  expect(changed.status).toBe(200)
  await expect(refreshTokenGrant(client, fourth.refresh_token!)).rejects.toMatchObject({ error: 'invalid_grant' })
  expect((await call(fourth.access_token)).status).toBe(401)
  beforeNewPassword = fourth.access_token
  const audit = (await platform.call('ops', 'audit.list')).items as { operation: string; input: string }[]
  expect(audit.find(({ operation }) => operation === 'account.update')?.input).toContain('(secret)')
  expect(JSON.stringify(audit)).not.toContain('quite another one')

  const page = await upToSignIn(createBrowser(), (await device()).verification_uri_complete!)
  const refused = await createBrowser().submit(page, { name: 'carol', password: 'quite another one' })
  // Another browser has no part in this sign-in.
  expect(refused.status).toBe(404)
  const { token } = await platform.call('ops', 'token.create', { name: 'mine' }, { as: 'carol' })
  await platform.call('ops', 'account.suspend', { name: 'carol' })
  expect((await call(token)).status).toBe(403)
  expect((await call(token, 'events')).status).toBe(403)
  await platform.call('ops', 'account.resume', { name: 'carol' })
})

test('an operator’s link sets a password once; then its member signs in', async () => {
  await platform.call('ops', 'account.create', { name: 'dave' })
  const { link } = await platform.call('ops', 'account.invite', { name: 'dave' })
  const browser = createBrowser()
  const page = await browser.open(link)
  expect((await browser.submit(page, { password: '' })).text).toContain('The link still works')
  expect((await browser.submit(page, { password: 'short' })).text).toContain('at least 8 characters')
  expect((await browser.submit(page, { password: 'set by an invitation' })).status).toBe(200)
  expect((await browser.submit(page, { password: 'set by somebody else' })).status).toBe(404)
  const login = await browser.open(`${url}/login?nick=dave`)
  const welcome = await browser.submit(login, { name: 'dave', password: 'set by an invitation' })
  expect(welcome.text).toMatch(/NickServ IDENTIFY dave ircn_app_\w{32}/)
})

test.each([
  ['a short password', { name: 'erin', password: 'short' }, 400, 'at least 8 characters'],
  ['a name that is no nick', { name: '1 erin', password: 'long enough' }, 400, 'starts with a letter'],
  ['a taken name, whatever its case', { name: 'OPS', password: 'long enough' }, 409, 'is taken'],
  ['a name of the platform’s', { name: 'ChanServ', password: 'long enough' }, 409, 'is taken'],
  ['markup', { name: '"><script>x</script>', password: 'long enough' }, 400, '&lt;script&gt;'],
  ['line breaks and escapes', { name: 'erin\r\n\u001b[2J', password: 'long enough' }, 400, 'starts with a letter'],
  ['a broken e-mail address', { name: 'erin', email: 'nowhere', password: 'long enough' }, 400, 'looks like'],
])('signing up with %s is refused in one sentence', async (_what, form, status, sentence) => {
  const browser = createBrowser()
  const answer = await browser.submit(await browser.open(`${url}/register`), form)
  expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(sentence)])
  expect(answer.text).not.toContain('<script')
  expect(answer.text).not.toContain(form.password)
  expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
})

test('whoever asks by another host name still gets our own links', async () => {
  const answer = await fetch(`${identity.issuer}/.well-known/openid-configuration`, {
    headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
  })
  expect(JSON.stringify(await answer.json())).not.toContain('evil')
})

test.each([
  ['nonsense', () => 'a.b.c'],
  ['one of another key', async () => (await otherIdentity()).token],
])('an access token that is %s is refused', async (_what, make) => {
  expect((await call(await make())).status).toBe(401)
})

test('expired tokens are refused, those of the provider and personal ones', async () => {
  const browser = createBrowser()
  const authorization = await device()
  const page = await upToSignIn(browser, authorization.verification_uri_complete!)
  await browser.submit(page, { name: 'carol', password: 'quite another one' })
  const { access_token: access } = await pollDeviceAuthorizationGrant(client, authorization)
  const begun = new Date()
  const created = await fetch(`${url}/v1/token.create`, {
    method: 'POST',
    headers: { authorization: `Bearer ${access}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'ci', days: 1 }),
  })
  const { token } = (await created.json()) as { token: string }
  expect([(await call(access)).status, (await call(token)).status]).toEqual([200, 200])
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 })
  try {
    expect([(await call(access)).status, (await call(token)).status]).toEqual([401, 200])
    // What it began when it was good may go on, until there is a new password.
    expect(await identity.verifyAccessToken(access, begun)).toMatchObject({ accountId: expect.any(String) })
    expect(await identity.verifyAccessToken(beforeNewPassword, begun)).toBeNull()
    vi.setSystemTime(Date.now() + 25 * 60 * 60_000)
    expect((await call(token)).status).toBe(401)
  } finally {
    vi.useRealTimers()
  }
})

async function otherIdentity() {
  const { SignJWT, generateKeyPair } = await import('jose')
  const { privateKey } = await generateKeyPair('ES256')
  const token = await new SignJWT({ sub: 'ops' })
    .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt' })
    .setIssuer(identity.issuer)
    .setAudience(url)
    .setExpirationTime('1h')
    .sign(privateKey)
  return { token }
}

test.each<Record<string, string>>([
  { 'sec-fetch-site': 'cross-site', origin: 'null' },
  { origin: 'https://evil.example' },
])('a form from another site’s page (%o) neither signs up nor in', async (headers) => {
  for (const [path, name] of [
    ['/register', 'crossed'],
    ['/login', 'dave'],
  ] as const) {
    const body = new URLSearchParams({ name, password: 'set by an invitation' })
    const answer = await fetch(`${url}${path}`, { method: 'POST', body, headers })
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('another site’s page')])
  }
  expect(await platform.runtime.read((store) => store.accounts.byName('crossed'))).toBeUndefined()
})

test('what can’t be a name is a wrong name, and nobody’s counter', async () => {
  for (const name of ['a\u0000b', 'x'.repeat(5000), '', '127.0.0.1', 'dave 127.0.0.1']) {
    const body = new URLSearchParams({ name, password: 'a long enough one' })
    expect((await fetch(`${url}/login`, { method: 'POST', body })).status).toBe(401)
  }
})

test('a token of narrow scopes makes no way to sign in', async () => {
  const { token } = await platform.call('ops', 'token.create', { name: 'narrow', scopes: ['*:write'] }, { as: 'dave' })
  for (const [operation, input] of [
    ['account.update', { password: 'mine from now on' }],
    ['password.create', { name: 'mine' }],
  ] as const) {
    const answer = await fetch(`${url}/v1/${operation}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(input),
    })
    expect([operation, answer.status]).toEqual([operation, 403])
  }
})

test('no fast hash of a password is kept', async () => {
  const { token } = await platform.call('ops', 'token.create', { name: 'wide' }, { as: 'dave' })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'k1' }
  const change = (body: object) =>
    fetch(`${url}/v1/account.update`, { method: 'POST', headers, body: JSON.stringify(body) })
  expect((await change({ password: 'set by an invitation' })).status).toBe(200)
  expect((await change({ password: 'set by an invitation' })).status).toBe(200)
  const dave = await platform.runtime.transaction((store) => store.accounts.byName('dave'))
  const kept = await platform.runtime.transaction((store) => store.idempotency.find(dave!.id, 'k1'))
  const plain = JSON.stringify(['account.update', dave!.id, { password: 'set by an invitation' }])
  expect(kept!.request).not.toBe(createHash('sha256').update(plain).digest('hex'))
})

// Last: it uses up this address's tries.
test('guessing is throttled, also many guesses at once, and the right password then waits too', async () => {
  const guess = (password: string) =>
    fetch(`${url}/login`, { method: 'POST', body: new URLSearchParams({ name: 'carol', password }) })
  // The first pause is 5 s, which hashing may take on a busy machine.
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => guess(`guess ${i}`)))
  const statuses = answers.map(({ status }) => status)
  expect(statuses.filter((status) => status === 401)).toHaveLength(5)
  expect(statuses.filter((status) => status === 429)).toHaveLength(15)
  expect((await guess('quite another one')).status).toBe(429)
  // Another name from here is not held up by it.
  const other = await fetch(`${url}/login`, {
    method: 'POST',
    body: new URLSearchParams({ name: 'dave', password: 'set by an invitation' }),
  })
  expect(other.status).toBe(200)
})
