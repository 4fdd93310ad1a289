import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { type IncomingHttpHeaders, request } from 'node:http'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon, runCli } from '../daemon.ts'
import { openTerminal } from '../terminal.ts'

// With the built programs: from files and a pipe to an address that anybody sees.
let daemon: Awaited<ReturnType<typeof createDaemon>>
let folder: string
let token: string
const file = (name: string) => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-pictures-'))
  const image = sharp({ create: { width: 64, height: 48, channels: 3, background: '#17663a' } })
  await image.clone().png().toFile(file('a.png'))
  await image
    .clone()
    .jpeg()
    .withExif({ IFD0: { Make: 'Secretcam' } })
    .toFile(file('b.jpg'))
  await image.clone().webp().toFile(file('c.webp'))
  await writeFile(file('evil.png'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  daemon = await createDaemon()
  await daemon.start()
  token = JSON.parse((await daemon.cli('token', 'create', 'tests', '--json')).stdout).token
})
afterAll(async () => {
  await daemon?.remove()
  await rm(folder, { recursive: true, force: true })
})

interface Got {
  readonly status: number
  readonly body: Buffer
  readonly headers: IncomingHttpHeaders
}

/** As a browser asks, whose own resolver takes all names below localhost for this machine. */
const get = (address: string, headers: Record<string, string> = {}, method = 'GET', body?: Buffer) =>
  new Promise<Got>((resolve, reject) => {
    const { host, port, pathname, search } = new URL(address)
    request(
      { host: '127.0.0.1', port, path: pathname + search, method, headers: { host, ...headers } },
      async (response) => {
        const chunks: Buffer[] = []
        for await (const chunk of response) chunks.push(chunk as Buffer)
        resolve({ status: response.statusCode!, body: Buffer.concat(chunks), headers: response.headers })
      },
    )
      .on('error', reject)
      .end(body)
  })
const api = (path: string) => `http://127.0.0.1:${daemon.ports.http}/v1/${path}`
const post = (path: string, body: Buffer, headers: Record<string, string> = {}) =>
  get(api(path), { authorization: `Bearer ${token}`, ...headers }, 'POST', body)

test('files are a picture each, in their order, and their addresses alone come out; so is what is piped in', async () => {
  const made = await daemon.cli('pic', 'upload', file('a.png'), file('evil.png'), file('nosuch'), folder, file('b.jpg'))
  expect(made.code).toBe(2)
  const addresses = made.stdout.trim().split('\n')
  expect(addresses).toEqual([
    expect.stringMatching(/^http:\/\/pics\.localhost:\d+\/\w{22}\.png$/),
    expect.stringMatching(/\/\w{22}\.jpg$/),
  ])
  expect(made.stderr.trim().split('\n')).toEqual([
    expect.stringContaining('This is no JPEG, PNG, WebP, GIF or AVIF'),
    expect.stringContaining('nosuch” can’t be sent (ENOENT)'),
    expect.stringContaining('it is a folder'),
  ])
  const { items } = JSON.parse((await daemon.cli('pic', 'list', '--json')).stdout)
  expect(items.map(({ name }: { name: string }) => name)).toEqual(['b.jpg', 'a.png'])
  // A pipe of bytes, which a text couldn't carry.
  const piped = openTerminal(
    '/bin/sh',
    [
      '-c',
      `cat "$0" | "$1" "$2" pic upload -`,
      file('c.webp'),
      process.execPath,
      join(import.meta.dirname, '../../cli/bin/irc-now.js'),
    ],
    { env: daemon.env, columns: 160 },
  )
  const seen = await piped.until(/\w{22}\.webp/)
  const [address = ''] = /http:\S+/.exec(seen)!
  expect((await get(address)).status).toBe(200)
  piped.close()
})

test('a picture is served as what it is, without where it was taken, from a host that does nothing else', async () => {
  const { url, thumbnailUrl, id } = JSON.parse((await daemon.cli('pic', 'upload', file('b.jpg'), '--json')).stdout)
  const whole = await get(url)
  expect([whole.status, whole.headers['content-type'], whole.headers['x-content-type-options']]).toEqual([
    200,
    'image/jpeg',
    'nosniff',
  ])
  expect(whole.headers['content-security-policy']).toBe("default-src 'none'; sandbox")
  expect(whole.headers['cache-control']).toMatch(/^public, max-age=\d{6,7}, immutable$/)
  expect(whole.headers['set-cookie']).toBeUndefined()
  expect(whole.body.includes('Secretcam')).toBe(false)
  expect(await sharp(whole.body).metadata()).toMatchObject({ format: 'jpeg', width: 64 })
  expect(await sharp((await get(thumbnailUrl)).body).metadata()).toMatchObject({ format: 'webp' })
  const { etag = '' } = whole.headers
  expect((await get(url, { 'if-none-match': `"x", W/${etag}` })).status).toBe(304)
  const head = await get(url, {}, 'HEAD')
  expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(whole.body.length), 0])
  const part = await get(url, { range: 'bytes=3-9' })
  expect([part.status, part.headers['content-range'], part.body]).toEqual([
    206,
    `bytes 3-9/${whole.body.length}`,
    whole.body.subarray(3, 10),
  ])
  expect((await get(url, { range: `bytes=${whole.body.length}-` })).status).toBe(416)
  expect((await get(url, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200)
  expect((await get(url, { range: `bytes=${'0-0,'.repeat(900)}0-0` })).body.length).toBe(whole.body.length)
  const page = await get(url.replace('.jpg', ''))
  expect(page.body.toString()).toMatch(/<img src="[^"]+\.jpg"[\s\S]+Report abuse/)
  const missing = await get(`${new URL(url).origin}/${'x'.repeat(22)}`)
  expect(missing.status).toBe(404)
  const origin = new URL(url).origin
  for (const path of [
    `/${id}.png`,
    `/${id}.jpg/..`,
    `/${id}/thumbnail.png`,
    `/..%2f..%2fsecret.key`,
    `/${id}.JPG`,
    '/v1/pic.list',
  ])
    expect([path, (await get(origin + path)).status, (await get(origin + path)).body.equals(missing.body)]).toEqual([
      path,
      404,
      true,
    ])
  await daemon.cli('pic', 'delete', id, '--confirm', id)
  expect((await get(url)).body.equals(missing.body)).toBe(true)
})

test('over HTTP the file is the body, and the other fields are in the address', async () => {
  const png = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
    .png()
    .toBuffer()
  const made = await post('pic.upload?name=a%20b.png', png, { 'content-type': 'image/png' })
  expect([made.status, JSON.parse(made.body.toString())]).toMatchObject([200, { name: 'a b.png', width: 9 }])
  const codeOf = ({ body }: Got) => JSON.parse(body.toString()).code
  expect(codeOf(await post('pic.upload', Buffer.from('{}'), { 'content-type': 'application/json' }))).toBe(
    'invalid_input',
  )
  expect(codeOf(await post('pic.upload', Buffer.alloc(0)))).toBe('invalid_input')
  expect(codeOf(await post('pic.upload?nope=1', png))).toBe('invalid_input')
  expect(codeOf(await post('pic.upload', png, { 'content-type': 'multipart/form-data; boundary=x' }))).toBe(
    'invalid_input',
  )
  expect(codeOf(await get(api('pic.upload'), {}, 'POST', png))).toBe('not_signed_in')
  expect(codeOf(await post('pic.upload', png, { authorization: 'Bearer ircn_pat_wrong' }))).toBe('not_signed_in')
})

test('senders who break off leave nothing', async () => {
  for (let n = 0; n < 3; n += 1) {
    await new Promise<void>((resolve) => {
      const socket = connect(daemon.ports.http, '127.0.0.1', () => {
        socket.write(
          `POST /v1/pic.upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Length: 1000000\r\n\r\n\x89PNG\r\n\x1a\n`,
        )
        setTimeout(() => socket.destroy(), 200)
      })
      socket.once('close', () => resolve())
    })
  }
  await expect.poll(() => readdir(join(daemon.home, 'uploads'))).toEqual([])
})

test('killed in the middle of uploads, it comes back with all that was answered, and nothing else', async () => {
  const before = JSON.parse((await daemon.cli('pic', 'list', '--json')).stdout).items.length
  const pictures = await Promise.all(
    Array.from({ length: 12 }, (_, n) =>
      sharp({ create: { width: 400 + n, height: 400, channels: 3, background: '#456' } })
        .png()
        .toBuffer(),
    ),
  )
  const ends = Promise.allSettled(pictures.map((png) => post('pic.upload', png)))
  await new Promise((resolve) => setTimeout(resolve, 300))
  await daemon.kill()
  const answered = (await ends).flatMap((end) =>
    end.status === 'fulfilled' && end.value.status === 200 ? [JSON.parse(end.value.body.toString())] : [],
  )
  await daemon.start()
  const { items } = JSON.parse((await daemon.cli('pic', 'list', '--json')).stdout)
  expect(items.length).toBeGreaterThanOrEqual(before + answered.length)
  for (const { url } of [...items, ...answered]) expect([url, (await get(url)).status]).toEqual([url, 200])
})

test('the file may be named by a flag, and in a raw call', async () => {
  const environment = { ...daemon.env }
  expect((await runCli(['pic', 'upload', '--file', file('a.png'), '--name', 'n'], environment)).code).toBe(0)
  expect((await runCli(['api', 'pic.upload', '-f', `file=${file('a.png')}`], environment)).stdout).toContain(
    '"name":"a.png"',
  )
})
