import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, createServer, request, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startUploadFront } from './upload-front.ts'

let folder: string
let front: Awaited<ReturnType<typeof startUploadFront>>
const sojus: Server[] = []
const moved = Promise.withResolvers<void>()
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uploads-'))
  for (const name of ['shared', 'alice']) {
    const soju = createServer(async (incoming, response) => {
      let body = ''
      for await (const chunk of incoming) body += chunk
      response.writeHead(201, { location: `/${name}` }).end(`${incoming.method} ${incoming.url} ${body}`)
    })
    soju.listen(join(folder, name))
    await once(soju, 'listening')
    sojus.push(soju)
  }
  front = await startUploadFront(join(folder, 'front'), async (username) => {
    if (username === 'broken') throw new Error('it does not start')
    if (username === 'none') return null
    if (username === 'moved') await moved.promise
    return join(folder, username === 'gone' ? 'gone' : username === 'alice' ? 'alice' : 'shared')
  })
})
afterAll(async () => {
  agent.destroy()
  await front?.stop()
  for (const soju of sojus) soju.close().closeAllConnections()
  await rm(folder, { recursive: true, force: true })
})

const send = (credentials: string | null, body = 'a text', method = 'POST') =>
  new Promise<{ status: number; location: string | undefined; text: string }>((resolve, reject) => {
    const authorization = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`
    const headers = authorization ? { authorization } : {}
    request({ agent, socketPath: join(folder, 'front'), path: '/uploads', method, headers }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode!, location: response.headers.location, text })
    })
      .on('error', reject)
      .end(body)
  })

test('each request goes to the soju of its credentials, also by one connection', async () => {
  for (const [credentials, location] of [
    ['alice:secret', '/alice'],
    ['bob:secret', '/shared'],
    ['alice/net.irc.now@phone:a:b', '/alice'],
    ['alice@phone:secret', '/alice'],
    [null, '/shared'],
  ] as const)
    expect([credentials, await send(credentials)]).toEqual([
      credentials,
      { status: 201, location, text: 'POST /uploads a text' },
    ])
  const much = 'x'.repeat(3_000_000)
  expect((await send('alice:secret', much)).text).toHaveLength(much.length + 'POST /uploads '.length)
})

test.each(['broken', 'none', 'gone'])('where it is %s, uploads do not work right now', async (name) => {
  expect(await send(`${name}:secret`)).toMatchObject({ status: 503 })
  expect(await send('bob:secret')).toMatchObject({ status: 201 })
})

test('who has gone while their bouncer was being moved leaves nothing open', async () => {
  const connections = () =>
    new Promise<number>((resolve, reject) =>
      sojus[0]!.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    )
  sojus[0]!.closeIdleConnections()
  await expect.poll(connections).toBe(0)
  const authorization = `Basic ${Buffer.from('moved:secret').toString('base64')}`
  const socketPath = join(folder, 'front')
  const leaving = request({ socketPath, path: '/uploads', method: 'POST', headers: { authorization } })
  leaving.on('error', () => {}).write('the beginning')
  await delay(100)
  leaving.destroy()
  await delay(100)
  // By then it has been seen, however late we are.
  await immediate()
  moved.resolve()
  await delay(200)
  expect(await connections()).toBe(0)
})
