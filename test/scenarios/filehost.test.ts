import { readdir, readFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'
import type { Person } from '../front-ends/front-end.ts'
import { createPeople } from '../front-ends/people.ts'
import { connectIrc } from '../irc-client.ts'
import { samples } from '../sample-files.ts'

// From an IRC client straight to an address, through the real soju, with nothing but the app password.
let daemon: Awaited<ReturnType<typeof createDaemon>>
let people: Awaited<ReturnType<typeof createPeople>>
let zoe: Person
let uploads: string

beforeAll(async () => {
  daemon = await createDaemon()
  await daemon.start()
  people = await createPeople(daemon)
  zoe = await people.create('zoe')
  await people.run(zoe, 'bouncer.create')
  await people.settle(zoe)
})
afterAll(async () => daemon?.remove())

const basic = ({ name, password }: Pick<Person, 'name' | 'password'>) => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`,
})

interface Got {
  readonly status: number
  readonly text: string
  readonly headers: IncomingHttpHeaders
}

/** Names below localhost are this machine, as for a browser. `body` may be a few pieces, each of a moment later. */
const ask = (address: string, method: string, headers: Record<string, string> = {}, body: Buffer | string = '') =>
  new Promise<Got>((resolve, reject) => {
    const { host, port, pathname } = new URL(address)
    request({ host: '127.0.0.1', port, path: pathname, method, headers: { host, ...headers } }, async (response) => {
      const chunks: Buffer[] = []
      for await (const chunk of response) chunks.push(chunk as Buffer)
      resolve({
        status: response.statusCode!,
        text: Buffer.concat(chunks).toString(),
        headers: response.headers,
      })
    })
      .on('error', reject)
      .end(body)
  })
const send = (body: Buffer | string, headers: Record<string, string> = {}, who = zoe) =>
  ask(uploads, 'POST', { ...basic(who), ...headers }, body)
const named = (name: string) => ({ 'content-disposition': `attachment; filename="${name}"` })

test('a client is told where, asks what is taken, and gets the picture’s address', async () => {
  const irc = await connectIrc(daemon.ports.bouncer, 'zoe', { username: 'zoe', password: zoe.password })
  const [, address] = /soju\.im\/FILEHOST=(\S+)/.exec(await irc.until(/ 005 .*FILEHOST=/)) ?? []
  irc.close()
  expect(address).toBe(`http://127.0.0.1:${daemon.ports.http}/uploads`)
  uploads = address!

  const options = await ask(uploads, 'OPTIONS')
  expect(options.status).toBe(204)
  expect(options.headers).toMatchObject({ allow: 'OPTIONS, POST', 'accept-post': 'image/*, text/*' })

  const png = await readFile(samples.png)
  const made = await send(png, { 'content-type': 'image/png', ...named('a "b".png'.replaceAll('"', '\\"')) })
  expect(made).toMatchObject({ status: 201, headers: { location: expect.stringMatching(/\/\w{22}\.png$/) } })
  const location = made.headers.location!
  expect(await ask(location, 'GET')).toMatchObject({ status: 200, headers: { 'content-type': 'image/png' } })
  expect(await ask(location, 'HEAD')).toMatchObject({ status: 200, text: '', headers: { 'content-type': 'image/png' } })
  const { items } = await people.run(zoe, 'pic.list')
  expect(items).toMatchObject([{ name: 'a "b".png', url: location }])
  const audit = await people.run(zoe, 'audit.list')
  expect(audit.items[0]).toMatchObject({ actor: 'zoe', via: 'irc', operation: 'pic.upload' })
})

test('what it is is told by its content; a text is a paste', async () => {
  expect(await send(await readFile(samples.jpg), { 'content-type': 'text/plain' })).toMatchObject({
    status: 201,
    headers: { location: expect.stringMatching(/\.jpg$/) },
  })
  for (const type of ['text/plain; charset=utf-8', 'application/octet-stream', '']) {
    const made = await send('fn main() {}\n', { ...(type && { 'content-type': type }), ...named('main.rs') })
    expect(made).toMatchObject({ status: 201, headers: { location: expect.stringMatching(/\/\/txt\..*\/\w{22}$/) } })
    expect(await ask(`${made.headers.location}/raw`, 'GET')).toMatchObject({ status: 200, text: 'fn main() {}\n' })
    expect(await ask(made.headers.location!, 'HEAD')).toMatchObject({ status: 200, text: '' })
  }
  const { items } = await people.run(zoe, 'paste.list')
  expect(items[0]).toMatchObject({ title: 'main.rs' })
})

test('what can’t be taken is refused with a sentence', async () => {
  const svg = await readFile(samples.svg)
  expect(await send(svg, { 'content-type': 'image/svg+xml' })).toMatchObject({
    status: 415,
    text: expect.stringContaining('no JPEG, PNG, WebP, GIF or AVIF'),
  })
  expect(await send(Buffer.from('%PDF-1.7\0\xff', 'latin1'))).toMatchObject({
    status: 415,
    text: expect.stringContaining('nor a text in UTF-8'),
  })
  // The answer comes before all is sent, and must not be lost on any of the ways between.
  const long = () => send(Buffer.alloc(2_000_000, 'a'), { 'content-type': 'text/plain' })
  const answers = await Promise.all(Array.from({ length: 8 }, long))
  expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(413))
  const picture = Buffer.alloc(36 * 1024 * 1024, '\x89PNG', 'latin1')
  const tooLarge = { status: 413, text: expect.stringMatching(/^A file has at most 32 MB; /) }
  expect(await send(picture, { 'content-type': 'image/png' })).toMatchObject(tooLarge)
  const unsaid = { 'content-type': 'image/png', 'transfer-encoding': 'chunked' }
  for (let n = 0; n < 3; n += 1) expect(await send(picture, unsaid)).toMatchObject(tooLarge)
  // A film is no text that is too long.
  expect(await send(Buffer.alloc(3_000_000), { 'content-type': 'video/mp4' })).toMatchObject({
    status: 415,
    text: expect.stringContaining('nor a text in UTF-8'),
  })
  expect((await send('')).status).toBe(415)
})

test('whoever is not let in by soju gets nowhere, and nobody else may say who they are', async () => {
  expect((await ask(uploads, 'POST', {}, 'text')).status).toBe(401)
  expect((await send('text', {}, { ...zoe, password: 'ircn_app_wrong' })).status).toBe(403)
  const said = await ask(uploads, 'POST', { 'soju-username': 'zoe' }, 'text')
  expect(said.status).toBe(401)
  const other = await people.create('yan')
  await people.run(other, 'bouncer.create')
  await people.settle(other)
  const made = await send('mine', { 'soju-username': 'zoe' }, other)
  expect(made.status).toBe(201)
  expect((await people.run(other, 'paste.list')).items).toMatchObject([{ url: made.headers.location }])
  // The endpoint itself is on a listener of its own.
  expect(
    (await ask(uploads.replace('/uploads', '/internal/uploads/x'), 'POST', { 'soju-username': 'zoe' }, 'x')).status,
  ).toBe(404)
})

test('a second bouncer is its member’s too; who has none any more is refused', async () => {
  const boss = await people.create('boss', 'ops')
  await people.run(boss, 'bouncer.create')
  await people.run(boss, 'bouncer.create', { name: 'work' })
  await people.settle(boss)
  expect((await send('from work', {}, { ...boss, name: 'boss+work' })).status).toBe(201)
  // As clients sign in that name a network and themselves.
  expect((await send('from a phone', {}, { ...boss, name: 'boss+work/net.irc.now@phone' })).status).toBe(201)
  expect((await people.run(boss, 'paste.list')).items).toHaveLength(2)
  await people.run(boss, 'bouncer.delete', { name: 'work' }, 'work')
  expect((await send('from work', {}, { ...boss, name: 'boss+work' })).status).toBe(403)
})

test('a full plan says so in the same sentence as everywhere', async () => {
  let answer = await send('one more')
  while (answer.status === 201) answer = await send('one more')
  expect(answer).toMatchObject({ status: 507, text: expect.stringMatching(/Free plan.*delete/s) })
})

test('who breaks off leaves nothing', async () => {
  const half = (await readFile(samples.png)).subarray(0, 60)
  const { port } = new URL(uploads)
  for (const type of ['image/png', 'text/plain']) {
    const outgoing = request({
      host: '127.0.0.1',
      port,
      path: '/uploads',
      method: 'POST',
      headers: { ...basic(zoe), 'content-type': type },
    })
    outgoing.on('error', () => undefined)
    outgoing.write(half)
    await delay(300)
    outgoing.destroy()
  }
  await expect.poll(() => readdir(join(daemon.home, 'uploads'))).toEqual([])
  expect((await people.run(zoe, 'pic.list')).items).toHaveLength(2)
})
