import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ApiBindings } from './api.ts'
import { startLoopback } from './server.ts'

let server: Awaited<ReturnType<typeof startLoopback>>
beforeAll(async () => {
  server = await startLoopback(new Hono<{ Bindings: ApiBindings }>().get('/', (c) => c.text('here')))
})
afterAll(() => server.close(0))

const ask = (request: string) => {
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.end(`${request}\r\nConnection: close\r\n\r\n`)
  return text(socket)
}

test.each([
  ['whose host is none', 'GET / HTTP/1.1\r\nHost: a b'],
  ['whose host holds a path', 'GET / HTTP/1.1\r\nHost: evil.example/x?'],
  ['without a host', 'GET / HTTP/1.0'],
  ['whose address is none', 'GET /\\evil.example HTTP/1.1\r\nHost: a'],
  ['to no address', 'OPTIONS * HTTP/1.1\r\nHost: a'],
])('a request %s is refused with a problem, as all are', async (_what, request) => {
  const answer = await ask(request)
  expect(answer).toMatch(/^HTTP\/1\.1 400 /)
  expect(answer).toContain('content-type: application/problem+json')
  expect(answer).toContain('"code":"invalid_input"')
})

test('any other is the app’s', async () => {
  expect(await ask('GET / HTTP/1.1\r\nHost: a')).toContain('here')
})
