import { once } from 'node:events'
import { stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { beBusy } from '../../test/busy.ts'
import { keepPace } from './pace.ts'

/** A server with hurried paces; answers what became of one connection that sends `pieces`, one every now and then. */
async function meet(
  serve: (request: IncomingMessage, response: ServerResponse) => void,
  pieces: readonly (string | ((socket: Socket) => Promise<void>))[],
  reads: boolean | 'slowly' = true,
) {
  const server = createServer(serve).listen(0, '127.0.0.1')
  const cut: string[] = []
  keepPace(
    server,
    (response, socket) => {
      cut.push(response.req.method ?? '')
      socket.destroy()
    },
    { headersMs: 1000, leastBytes: 1000, stretchMs: 1000, checkMs: 50 },
  )
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => undefined)
  let said = ''
  if (reads)
    socket.on('data', (chunk) => {
      said += chunk
      if (reads !== 'slowly') return
      socket.pause()
      setTimeout(() => socket.resume(), 5)
    })
  const closed = new Promise((resolve) => socket.once('close', resolve))
  for (const piece of pieces) {
    if (typeof piece === 'string') socket.write(piece)
    else await piece(socket)
    await delay(100)
  }
  // Who reads nothing doesn't see the end; who reads slowly is let go after a few stretches.
  if (reads === true) await closed
  else if (reads === 'slowly') await Promise.race([closed, delay(3000)])
  else await expect.poll(() => cut.length).toBeGreaterThan(0)
  socket.destroy()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  return { cut, said }
}

const head = 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 20000\r\n\r\n'
const echo = async (request: IncomingMessage, response: ServerResponse) =>
  response.end(String((await buffer(request).catch(() => Buffer.alloc(0))).length))

test('a body that comes a byte at a time is cut off, one that comes slowly but surely is not', async () => {
  expect(await meet(echo, [head, ...Array<string>(25).fill('x')])).toMatchObject({ cut: ['POST'] })
  const surely = await meet(echo, [head, ...Array<string>(20).fill('x'.repeat(1000))])
  expect(surely).toMatchObject({ cut: [], said: expect.stringMatching(/\r\n\r\n20000$/) })
})

test('what comes while the server is busy with other things is not late', async () => {
  const half = 'x'.repeat(10_000)
  const meanwhile = async (socket: Socket) => {
    // After what is read, and not after a timer, timers come first.
    await stat('.')
    socket.write(half)
    beBusy(1500)
  }
  const answer = { cut: [], said: expect.stringMatching(/\r\n\r\n20000$/) }
  expect(await meet(echo, [head, half, meanwhile])).toMatchObject(answer)
})

test('who waits for the server is not slow', async () => {
  const late = async (request: IncomingMessage, response: ServerResponse) => {
    await delay(2500)
    await echo(request, response)
  }
  expect(await meet(late, [head, 'x'.repeat(20_000)])).toMatchObject({ cut: [], said: expect.stringMatching(/20000$/) })
})

test('who asks for much and takes none of it is cut off', async () => {
  const large = Buffer.alloc(64 * 1024 * 1024)
  const { cut } = await meet((_, response) => void response.end(large), ['GET / HTTP/1.1\r\nHost: x\r\n\r\n'], false)
  expect(cut).toEqual(['GET'])
})

test('who takes one large answer slowly but surely is not', async () => {
  const large = Buffer.alloc(64 * 1024 * 1024)
  const get = ['GET / HTTP/1.1\r\nHost: x\r\n\r\n']
  const { cut, said } = await meet((_, response) => void response.end(large), get, 'slowly')
  expect(cut).toEqual([])
  // All of it would have come before anybody looked.
  expect(said.length).toBeLessThan(large.length)
})

test('a connection on which nothing is said is ended', async () => {
  const server = createServer(echo).listen(0, '127.0.0.1')
  keepPace(server, () => undefined, { headersMs: 100, leastBytes: 1000, stretchMs: 300, checkMs: 50 })
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').resume()
  await once(socket, 'close')
  server.close()
})
