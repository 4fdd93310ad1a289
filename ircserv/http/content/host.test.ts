import { request } from 'node:http'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { testPort } from '../../../test/ports.ts'
import { quietLog } from '../../../test/quiet-log.ts'
import type { ApiBindings } from '../api.ts'
import { type Servers, startServers } from '../server.ts'
import { createContentHost } from './host.ts'

let servers: Servers
let port: number

beforeAll(async () => {
  port = await testPort()
  const api = new Hono<{ Bindings: ApiBindings }>().all('*', (c) => c.text('api', 200, { 'set-cookie': 'a=b' }))
  const txt = createContentHost(quietLog)
  txt.get('/there', (c) => c.text('there'))
  servers = await startServers(api, {
    host: '127.0.0.1',
    port,
    socket: null,
    hosts: new Map([[`txt.localhost:${port}`, txt]]),
    proxied: true,
    intercept: (r) => (r.url === '/oidc' ? (_, response) => void response.end('intercepted') : null),
  })
})
afterAll(() => servers.close(0))

const get = (host: string, path: string, address = '192.0.2.1') =>
  new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
    request({ port, path, headers: { host, 'x-forwarded-for': address } }, async (response) => {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      resolve({ status: response.statusCode!, text, headers: response.headers })
    })
      .on('error', reject)
      .end()
  })

test('a host of its own serves what it has, and nothing of the platform’s; no other host reaches it', async () => {
  const txt = `txt.localhost:${port}`
  expect(await get(txt.toUpperCase(), '/there')).toMatchObject({ status: 200, text: 'there' })
  for (const path of ['/v1/account.show', '/', '/oidc', '/login']) {
    const { status, headers } = await get(txt, path)
    expect([path, status, headers['set-cookie']]).toEqual([path, 404, undefined])
    expect(headers['content-security-policy']).toContain("default-src 'none'")
  }
  for (const host of [`127.0.0.1:${port}`, `x.txt.localhost:${port}`, 'txt.localhost', `txt.localhost.:${port}`])
    expect((await get(host, '/there')).text).toBe('api')
  expect((await get(`127.0.0.1:${port}`, '/oidc')).text).toBe('intercepted')
})

test('whoever tries many addresses is told to wait, before anything is looked up; others are not', async () => {
  const txt = `txt.localhost:${port}`
  // With time one more may be tried.
  vi.useFakeTimers({ toFake: ['Date'] })
  onTestFinished(() => void vi.useRealTimers())
  for (let n = 0; n < 60; n += 1) expect((await get(txt, `/no${n}`, '198.51.100.1')).status).toBe(404)
  const refused = await get(txt, '/there', '198.51.100.1')
  expect([refused.status, Number(refused.headers['retry-after']) > 0]).toEqual([429, true])
  expect((await get(txt, '/there', '198.51.100.2')).status).toBe(200)
})
