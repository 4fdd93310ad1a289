import { mkdtemp, rm, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { catalogue } from '@irc-now/core/catalogue'
import { startWake } from '@irc-now/core/platform/wake'
import type { Database } from '@irc-now/core/store/database'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { testPort } from '../../test/ports.ts'
import { createApi } from './api.ts'
import { openApiOf } from './openapi.ts'
import { type Servers, startServers } from './server.ts'

let folder: string
let database: Database
let platform: Awaited<ReturnType<typeof createTestPlatform>>
let wake: Awaited<ReturnType<typeof startWake>>
let servers: Servers
let socket: string
let port: number
const closing = new AbortController()
const tokens: Record<string, string> = {}
/** Who listens for changes right now. */
const listening = new Set<() => void>()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-api-'))
  socket = join(folder, 'daemon.sock')
  port = await testPort()
  database = await openTestPglite()
  platform = await createTestPlatform(database)
  await platform.member('alice')
  await platform.member('bob')
  for (const name of ['alice', 'bob'])
    tokens[name] = (await platform.call(name, 'token.create', { name: 'test' })).token
  wake = await startWake(database, {})
  const owner = await platform.runtime.transaction((store) => store.accounts.byName('ops'))
  const app = createApi({
    operations: catalogue,
    runtime: platform.runtime,
    log: pino({ level: 'silent' }),
    wake: (accountId, hear) => {
      const stop = wake.on(accountId, hear)
      listening.add(hear)
      return () => {
        listening.delete(hear)
        stop()
      }
    },
    closing: closing.signal,
    ownerId: owner!.id,
    verifyAccessToken: async () => null,
    rateLimit: { burst: 60, perSecond: 0.001 },
    mostStreams: 3,
  })
  servers = await startServers(app, { host: '127.0.0.1', port, socket, intercept: () => null })
})

afterAll(async () => {
  closing.abort()
  await servers?.close(1000)
  await wake?.stop()
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

const url = (path: string) => `http://127.0.0.1:${port}${path}`
const as = (name: string, more: Record<string, string> = {}) => ({ authorization: `Bearer ${tokens[name]}`, ...more })
const post = (name: string, operation: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url(`/v1/${operation}`), {
    method: 'POST',
    headers: as(name, { 'content-type': 'application/json', ...headers }),
    body: JSON.stringify(body),
  })

/** A request over the unix socket. */
const overSocket = (path: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; body: string }>((resolve, reject) => {
    request({ socketPath: socket, path, headers }, (response) => {
      let body = ''
      response.on('data', (chunk) => (body += chunk)).on('end', () => resolve({ status: response.statusCode!, body }))
    })
      .on('error', reject)
      .end()
  })

test('the socket is the owner’s and nobody else’s', async () => {
  expect((await stat(socket)).mode & 0o777).toBe(0o600)
  const { status, body } = await overSocket('/v1/account.show')
  expect([status, JSON.parse(body)]).toMatchObject([200, { name: 'ops', role: 'ops' }])
  // A token is believed on the socket too, also a wrong one.
  expect((await overSocket('/v1/account.show', as('alice'))).body).toContain('"alice"')
  expect((await overSocket('/v1/account.show', { authorization: 'Bearer nonsense' })).status).toBe(401)
})

test('what goes into the body is not taken from the address, nor left aside', async () => {
  const stray = await fetch(url('/v1/bouncer.create?name=other'), { method: 'POST', headers: as('bob') })
  expect([stray.status, await stray.json()]).toMatchObject([400, { code: 'invalid_input' }])
  expect(await (await fetch(url('/v1/bouncer.list'), { headers: as('bob') })).json()).toEqual({ items: [] })
})

test('an operation over HTTP: create, show, delete with its confirmation', async () => {
  const created = await post('alice', 'bouncer.create', {})
  expect([created.status, await created.json()]).toMatchObject([200, { name: 'main', status: { phase: 'pending' } }])
  const shown = await fetch(url('/v1/bouncer.show?name=main'), { headers: as('alice') })
  expect(await shown.json()).toMatchObject({ username: 'alice' })
  const refused = await post('alice', 'bouncer.delete', { name: 'main' })
  expect([refused.status, refused.headers.get('content-type')]).toEqual([409, 'application/problem+json'])
  expect(await refused.json()).toMatchObject({ code: 'confirmation_required', details: { expected: 'main' } })
  expect((await fetch(url('/v1/bouncer.show'), { headers: as('bob') })).status).toBe(404)
})

/** In pieces, and how long it is isn't said before. */
const inPieces = (path: string, pieces: Iterable<Buffer> | AsyncIterable<Buffer>, headers: Record<string, string>) =>
  fetch(url(path), { method: 'POST', headers, body: Readable.from(pieces), duplex: 'half' } as unknown as RequestInit)

test('a body that comes in pieces is read as one, up to what it may have', async () => {
  const headers = as('alice', { 'content-type': 'application/json' })
  const made = await inPieces(
    '/v1/token.create',
    ['{"name":', '"in pieces"}'].map((text) => Buffer.from(text)),
    headers,
  )
  expect([made.status, await made.json()]).toMatchObject([200, { name: 'in pieces' }])
  const long = Array.from({ length: 40 }, () => Buffer.alloc(64 * 1024, ' '))
  expect((await inPieces('/v1/token.create', long, headers)).status).toBe(413)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  expect((await inPieces('/once/ircn_once_nobody', [Buffer.from('a=')], form)).status).toBe(404)
})

test('who sends a file that is too large, piece by piece, hears so once all is sent', async () => {
  let isSent = false
  async function* pieces() {
    for (let n = 0; n < 36; n += 1) {
      yield Buffer.alloc(1024 * 1024, '\x89PNG', 'latin1')
      // It is refused before the last of it comes.
      if (n > 32) await delay(100)
    }
    isSent = true
  }
  const answer = await inPieces('/v1/pic.upload', pieces(), as('alice'))
  expect(isSent).toBe(true)
  expect([answer.status, await answer.json()]).toMatchObject([413, { code: 'too_large', field: 'file' }])
})

test('of one account only so many long texts are held while they come; others’, and short ones, are no matter', async () => {
  const begun = (name: string, length: number) => {
    const headers = as(name, { 'content-type': 'application/json', 'content-length': String(length) })
    const outgoing = request(url('/v1/paste.create'), { method: 'POST', headers }).on('error', () => undefined)
    outgoing.write('{')
    return outgoing
  }
  const text = { text: 'x'.repeat(300_000) }
  const long = Array.from({ length: 4 }, () => begun('alice', 1_000_000))
  const send = async (name: string, body: object) =>
    (await post(name, 'paste.create', body, { 'irc-now-dry-run': 'true' })).status
  await expect.poll(() => send('alice', text)).toBe(429)
  expect([await send('alice', { text: 'x' }), await send('bob', text)]).toEqual([200, 200])
  for (const one of long) one.destroy()
  await expect.poll(() => send('alice', text)).toBe(200)
})

test('HEAD is answered as GET is, without the body', async () => {
  const head = async (path: string) => {
    const answer = await fetch(url(path), { method: 'HEAD', headers: as('bob') })
    return [answer.status, answer.headers.get('content-type'), await answer.text()]
  }
  expect(await head('/v1/bouncer.list')).toEqual([200, 'application/json', ''])
  expect(await head('/v1/bouncer.show')).toEqual([404, 'application/problem+json', ''])
  expect(await head('/v1/bouncer.create')).toEqual([405, 'application/problem+json', ''])
  expect(await head('/openapi.json')).toEqual([200, 'application/json', ''])
})

test('another method than the operation’s is told which it wants', async () => {
  const ask = async (method: string, path: string) => {
    const answer = await fetch(url(path), { method, headers: as('bob') })
    return [answer.status, answer.headers.get('allow'), await answer.json()]
  }
  const told = { status: 405, code: 'invalid_input', detail: expect.stringContaining('wants') }
  expect(await ask('PUT', '/v1/pic.upload')).toMatchObject([405, 'POST', told])
  expect(await ask('DELETE', '/v1/bouncer.list')).toMatchObject([405, 'GET, HEAD', told])
})

test.each([
  ['nobody', () => fetch(url('/v1/bouncer.list')), 401, 'not_signed_in'],
  [
    'an unknown token',
    () => fetch(url('/v1/bouncer.list'), { headers: { authorization: 'Bearer ircn_pat_x' } }),
    401,
    'not_signed_in',
  ],
  [
    'another scheme',
    () => fetch(url('/v1/bouncer.list'), { headers: { authorization: 'Basic YTpi' } }),
    401,
    'not_signed_in',
  ],
  ['an unknown operation', () => fetch(url('/v1/no.such'), { headers: as('alice') }), 404, 'unknown_operation'],
  ['GET on a write', () => fetch(url('/v1/bouncer.create'), { headers: as('alice') }), 405, 'invalid_input'],
  ['an unknown field', () => fetch(url('/v1/bouncer.list?x=1'), { headers: as('alice') }), 400, 'invalid_input'],
  [
    'broken JSON',
    () =>
      fetch(url('/v1/bouncer.create'), {
        method: 'POST',
        body: '{',
        headers: as('alice', { 'content-type': 'application/json' }),
      }),
    400,
    'invalid_input',
  ],
  [
    'a form of another site',
    () =>
      fetch(url('/v1/bouncer.create'), {
        method: 'POST',
        body: 'a=b',
        headers: as('alice', { 'content-type': 'text/plain' }),
      }),
    400,
    'invalid_input',
  ],
  [
    'a list without end',
    () =>
      fetch(url('/v1/bouncer.create'), {
        method: 'POST',
        body: `{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
        headers: as('alice', { 'content-type': 'application/json' }),
      }),
    400,
    'invalid_input',
  ],
  [
    'a dry run in other words',
    () => post('alice', 'bouncer.update', { nick: 'notso' }, { 'irc-now-dry-run': '1' }),
    400,
    'invalid_input',
  ],
  ['1 MB', () => post('alice', 'bouncer.update', { realname: 'x'.repeat(1_000_000) }), 413, 'too_large'],
  [
    'acting for others',
    () => fetch(url('/v1/bouncer.list'), { headers: as('alice', { 'irc-now-as': 'bob' }) }),
    403,
    'not_allowed',
  ],
])('%s is refused with one clear problem', async (_what, ask, status, code) => {
  const answer = await ask()
  expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code])
})

test('events reach who watches, and only their own', async () => {
  const stop = new AbortController()
  const stream = await fetch(url('/v1/events'), { headers: as('bob'), signal: stop.signal })
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  let seen = ''
  const reading = (async () => {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      seen += value
    }
  })().catch(() => undefined)
  await expect.poll(() => seen).toContain(': still here')
  await post('alice', 'bouncer.update', { nick: 'alice2' })
  await post('bob', 'bouncer.create', {})
  await expect.poll(() => seen).toContain('bouncer.created')
  expect(seen).not.toContain('bouncer.updated')
  stop.abort()
  await reading
})

test('an operator who acts for a member follows the member’s events; a member can’t', async () => {
  const stop = new AbortController()
  const ops = (await platform.call('ops', 'token.create', { name: 'events' })).token
  const follow = (authorization: string, as: string) =>
    fetch(url('/v1/events'), { headers: { authorization, 'irc-now-as': as }, signal: stop.signal })
  expect((await follow(`Bearer ${tokens.alice}`, 'bob')).status).toBe(403)
  expect((await follow(`Bearer ${ops}`, 'nosuch')).status).toBe(404)
  const stream = await follow(`Bearer ${ops}`, 'bob')
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  await reader.read()
  await post('bob', 'bouncer.update', { nick: 'bob2' })
  let seen = ''
  while (!seen.includes('bouncer.updated')) seen += (await reader.read()).value
  stop.abort()
})

test('a token with narrow scopes hears of what it may read alone', async () => {
  const narrow = (
    await platform.call('alice', 'token.create', { name: 'narrow', scopes: ['upstream:read', '*:write'] })
  ).token
  const stop = new AbortController()
  const headers = { authorization: `Bearer ${narrow}` }
  const stream = await fetch(url('/v1/events'), { headers, signal: stop.signal })
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  await reader.read()
  await post('alice', 'account.update', { displayName: 'Alice' })
  await post('alice', 'password.create', { name: 'phone' })
  await post('alice', 'bouncer.update', { nick: 'alice3' })
  await post('alice', 'upstream.update', { name: 'net.irc.now', channels: ['#chat'] })
  let seen = ''
  while (!seen.includes('upstream.updated')) seen += (await reader.read()).value
  expect(seen).not.toMatch(/account\.|password\.|bouncer\./)
  stop.abort()
})

test('a stream ends with the token it began with', async () => {
  const passing = (await platform.call('alice', 'token.create', { name: 'passing' })).token
  const stream = await fetch(url('/v1/events'), { headers: { authorization: `Bearer ${passing}` } })
  const text = stream.text()
  expect((await post('alice', 'token.revoke', { name: 'passing' }, { 'irc-now-confirm': 'passing' })).status).toBe(200)
  expect(await text).toContain(': still here')
})

test('an account follows its changes so many times and no more, and whoever asks for the headers alone follows none', async () => {
  await expect.poll(() => listening.size).toBe(0)
  for (let i = 0; i < 4; i += 1)
    expect((await fetch(url('/v1/events'), { method: 'HEAD', headers: as('alice') })).status).toBe(200)
  const stop = new AbortController()
  const follow = () => fetch(url('/v1/events'), { headers: as('alice'), signal: stop.signal })
  const answers = [await follow(), await follow(), await follow()]
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
  await expect.poll(() => listening.size).toBe(3)
  const refused = await follow()
  expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'rate_limited' }])
  stop.abort()
  await expect.poll(() => listening.size).toBe(0)
  const again = new AbortController()
  expect((await fetch(url('/v1/events'), { headers: as('alice'), signal: again.signal })).status).toBe(200)
  again.abort()
})

test('the OpenAPI document has every operation', async () => {
  const document = (await (await fetch(url('/openapi.json'))).json()) as { openapi: string; paths: object }
  expect(document.openapi).toBe('3.1.0')
  expect(Object.keys(document.paths)).toEqual([...catalogue.map(({ name }) => `/v1/${name}`), '/v1/events'])
})

test('the OpenAPI document’s patterns mean the same to whoever reads them', () => {
  const document = JSON.stringify(openApiOf(catalogue, '0.0.0'))
  // Without the flag u, JavaScript too takes \\p for a p.
  expect(document).not.toContain(String.raw`\\p{`)
})

test('the OpenAPI document says how whatever asks for a confirmation is given one', () => {
  const paths: Readonly<Record<string, unknown>> = openApiOf(catalogue, '0.0.0').paths
  for (const { name, effect, errors } of catalogue) {
    const asks = effect === 'destroy' || errors.includes('confirmation_required')
    const described = JSON.stringify(paths[`/v1/${name}`]).includes('"Irc-Now-Confirm"')
    expect([name, described]).toEqual([name, asks])
  }
})

// Last: it uses up bob's bucket.
test('one account’s flood is stopped, and another is not slowed', async () => {
  const answers = await Promise.all(
    Array.from({ length: 80 }, () => fetch(url('/v1/bouncer.list'), { headers: as('bob') })),
  )
  expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(10)
  expect(Number(answers.find(({ status }) => status === 429)!.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await fetch(url('/v1/bouncer.list'), { headers: as('alice') })).status).toBe(200)
})
