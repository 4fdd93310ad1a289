import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Request } from './by-socket.ts'
import { send } from './request.ts'

let folder: string
let socket: string
let count = 0
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-request-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
beforeEach(() => {
  count += 1
  socket = join(folder, String(count))
})

const get: Request = { method: 'GET', path: '/v1/bouncer.list', headers: {}, body: null }

async function textOf(request: Request): Promise<string> {
  const { status, chunks } = await send({ socket }, request)
  let text = `${status} `
  for await (const chunk of chunks) text += chunk
  return text
}

async function serve(server: Server): Promise<AsyncDisposable> {
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  return { [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) }
}

test('a real HTTP server gets what is asked, and its answer comes back whole', async () => {
  const long = '🦆ü'.repeat(200_000)
  await using _ = await serve(
    createHttpServer(async (request, response) => {
      let body = ''
      for await (const chunk of request.setEncoding('utf8')) body += chunk
      const answer = JSON.stringify({ method: request.method, url: request.url, key: request.headers.key, body })
      response.writeHead(422, { 'content-length': Buffer.byteLength(answer) }).end(answer)
    }),
  )
  const headers = { key: 'value', 'content-length': String(Buffer.byteLength(long)) }
  const text = await textOf({ method: 'POST', path: '/v1/x?y=z', headers, body: long })
  expect(text).toBe(`422 ${JSON.stringify({ method: 'POST', url: '/v1/x?y=z', key: 'value', body: long })}`)
})

const answers: [string, string, string | RegExp][] = [
  ['whole', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}', '200 {}'],
  ['of no said length', 'HTTP/1.0 200 OK\r\n\r\n{}', '200 {}'],
  ['cut, of no said length', 'HTTP/1.0 200 OK\r\n\r\n{"items":[', /broke before the answer was there/],
  ['cut in its body', 'HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{', /broke before the answer was there/],
  ['cut in its head', 'HTTP/1.1 200 OK\r\nConte', /broke before the answer was there/],
  ['nothing', '', /Nothing answers at .*“npm start”/],
]
test.each(answers)('an answer that is %s', async (_name, bytes, expected) => {
  await using _ = await serve(createServer((it: Socket) => it.once('data', () => it.end(bytes))))
  const got = await textOf(get).catch((error: Error) => error.message)
  expect(got).toMatch(expected)
})

test('nobody there, a caller who stops waiting, and a header that would be two', async () => {
  await expect(textOf(get)).rejects.toMatchObject({ code: 'unavailable' })
  await using _ = await serve(createServer((it: Socket) => it.on('error', () => undefined).resume()))
  const stop = new AbortController()
  const waiting = textOf({ ...get, signal: stop.signal })
  setTimeout(() => stop.abort(), 50)
  await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  await expect(textOf({ ...get, headers: { authorization: 'Bearer a\r\nirc-now-as: bob' } })).rejects.toThrow(TypeError)
})
