import { readdir, readFile, readlink } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'
import { createPeople } from '../front-ends/people.ts'
import { samples } from '../sample-files.ts'

// Many clients that send, or take, a byte at a time: they cost next to nothing, disturb nobody, and are cut off.
let daemon: Awaited<ReturnType<typeof createDaemon>>
let tokens: string[]
const slow: Slow[] = []

beforeAll(async () => {
  daemon = await createDaemon()
  await daemon.start()
  const people = await createPeople(daemon)
  const names = Array.from({ length: 5 }, (_, n) => `mallory${n}`)
  tokens = await Promise.all(names.map(async (name) => (await people.create(name)).token))
})
afterAll(async () => {
  for (const { socket } of slow) socket.destroy()
  await daemon?.remove()
})

interface Slow {
  readonly socket: Socket
  readonly closed: Promise<void>
  said: string
}

/** The server has left, whether or not its client does. */
const ended = (socket: Socket) =>
  new Promise<void>((resolve) => void socket.once('end', () => resolve()).once('close', () => resolve()))

/** Sends `first` at once, and then a byte of `rest` every now and then, over and over; with `deaf` it reads nothing. */
async function openSlow(first: string, rest: string, deaf = false): Promise<Slow> {
  const socket = connect({ port: daemon.ports.http, host: '127.0.0.1', allowHalfOpen: true })
  const one: Slow = { socket, closed: ended(socket), said: '' }
  slow.push(one)
  socket.on('error', () => undefined)
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
  socket.write(first)
  if (deaf) socket.pause()
  else
    socket.setEncoding('latin1').on('data', (text) => {
      one.said += text
    })
  let sent = 0
  const timer = setInterval(() => socket.writable && rest !== '' && socket.write(rest[sent++ % rest.length]!), 500)
  socket.once('close', () => clearInterval(timer))
  return one
}

const many = (count: number, ...how: Parameters<typeof openSlow>) =>
  Promise.all(Array.from({ length: count }, () => openSlow(...how)))

async function costs() {
  const [, resident = ''] = /VmRSS:\s+(\d+) kB/.exec(await readFile(`/proc/${daemon.pid}/status`, 'utf8')) ?? []
  return { megabytes: Number(resident) / 1024, descriptors: (await readdir(`/proc/${daemon.pid}/fd`)).length }
}

/** How many connections the daemon has taken on its HTTP port. */
async function taken(): Promise<number> {
  const port = daemon.ports.http.toString(16).toUpperCase().padStart(4, '0')
  const lines = (await readFile('/proc/net/tcp', 'utf8')).trim().split('\n').slice(1)
  const sockets = lines.map((line) => line.trim().split(/\s+/)).filter(([, local]) => local?.endsWith(`:${port}`))
  const inodes = new Set(sockets.map((words) => `socket:[${words[9]}]`))
  const folder = `/proc/${daemon.pid}/fd`
  const links = await Promise.all((await readdir(folder)).map((name) => readlink(join(folder, name)).catch(() => '')))
  // One of them is the socket that listens.
  return links.filter((link) => inodes.has(link)).length - 1
}

test('others are served meanwhile; who is slow is cut off, and nothing is left', async () => {
  const large = join(daemon.home, '..', 'large.png')
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 60 }
  await sharp({ create: { width: 2400, height: 2400, channels: 3, background: '#000', noise } })
    .png()
    .toFile(large)
  const json = async (...words: string[]) => JSON.parse((await daemon.cli(...words, '--json')).stdout)
  const { url, bytes } = await json('pic', 'upload', large)
  // More than what lies on its way in the kernel.
  expect(bytes).toBeGreaterThan(14_000_000)
  const before = await costs()

  const head = (path: string, more = '') => `POST /v1/${path} HTTP/1.1\r\nHost: x\r\n${more}`
  const long = 'Content-Length: 900000\r\n'
  const { host, pathname } = new URL(url)
  const headers = [
    ...(await many(200, '', 'GET / HTTP/1.1\r\nX: y\r\nX: ')),
    ...(await many(100, head('pic.upload'), 'X-Header: y\r\n')),
  ]
  const silent = await many(100, '', '')
  const bodies = await many(10, `POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n`, 'x')
  for (const token of tokens) {
    const signedIn = `Authorization: Bearer ${token}\r\n${long}`
    bodies.push(
      // As many as are received of one account at a time.
      ...(await many(4, `${head('pic.upload', signedIn)}\r\n\x89PNG\r\n\x1a\n`, '\0')),
      ...(await many(8, `${head('paste.create', `${signedIn}Content-Type: application/json\r\n`)}\r\n{"text":"`, 'x')),
    )
  }
  const deaf = await many(10, `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, '', true)

  const works = async () => {
    const made = await daemon.cli('pic', 'upload', samples.png)
    expect(made).toMatchObject({ code: 0, stderr: '' })
    const seen = await fetch(`http://127.0.0.1:${daemon.ports.http}/healthz`)
    expect(seen.status).toBe(200)
    expect((await daemon.cli('pic', 'list')).code).toBe(0)
  }
  // All are taken, and none has been cut off yet; answered are who signs in, and four of an account's eight texts.
  const answered = 10 + 4 * tokens.length
  await expect.poll(taken).toBeGreaterThanOrEqual(slow.length - answered)
  await works()
  const during = await costs()
  expect(during.megabytes - before.megabytes).toBeLessThan(150)

  await Promise.all([...headers, ...silent].map(({ closed }) => closed))
  await works()
  await Promise.all(bodies.map(({ closed }) => closed))
  await expect.poll(async () => (await costs()).descriptors).toBeLessThan(before.descriptors + deaf.length)
  // What is deaf sees the end only once it has read what there was before.
  for (const { socket } of deaf) socket.resume()
  await Promise.all(deaf.map(({ closed }) => closed))
  for (const { said } of headers) expect(said).toMatch(/^HTTP\/1.1 504 [\s\S]+"code":"timed_out"/)
  expect(bodies.filter(({ said }) => !/^HTTP\/1.1 [45]\d\d /.test(said))).toEqual([])
  expect(deaf.every(({ socket }) => socket.bytesRead < bytes)).toBe(true)

  await works()
  await expect.poll(() => readdir(join(daemon.home, 'uploads'))).toEqual([])
  await expect.poll(async () => (await costs()).descriptors).toBeLessThan(before.descriptors + 20)
  expect((await costs()).megabytes - before.megabytes).toBeLessThan(150)
})
