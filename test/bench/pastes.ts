import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { startPostgresql } from '../postgresql.ts'
import { interleaved, median, ms, print, quantile, ratio } from './harness.ts'

const atOnce = 16
const requests = 1000
const rounds = 5
const text = 'let answer = 42 // “as it stands in a paste”\n'.repeat(20)

/** Pastes made and read over HTTP, a second and how long each takes, against a bare hono with one statement. */
export async function benchPastes(): Promise<void> {
  const postgresql = await startPostgresql()
  try {
    await against('PGlite', 'pglite')
    await against('PostgreSQL', await postgresql.databaseUrl())
  } finally {
    await postgresql.stop()
  }
}

async function against(name: string, url: string): Promise<void> {
  const server = fork(join(import.meta.dirname, 'paste-server.ts'), [url])
  const [{ port, barePort, token }] = (await once(server, 'message')) as [
    { port: number; barePort: number; token: string },
  ]
  const body = JSON.stringify({ text, title: 'answer.js' })
  const json = `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  const create = `POST /v1/paste.create HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n${json}`
  const createBare = `POST / HTTP/1.1\r\nHost: x\r\n${json}`
  const made = JSON.parse(await ask(await open(port), create)) as { id: string }
  await ask(await open(barePort), createBare)
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: txt\r\n\r\n`
  const latencies: Record<string, number[]> = {}
  const contestant = (what: string, at: number, request: string) => async () => {
    const each: number[] = []
    const begun = performance.now()
    let sent = 0
    await Promise.all(
      Array.from({ length: atOnce }, async () => {
        const socket = await open(at)
        for (; sent < requests; sent += 1) {
          const asked = performance.now()
          await ask(socket, request)
          each.push(performance.now() - asked)
        }
        socket.destroy()
      }),
    )
    latencies[what] = [...(latencies[what] ?? []), ...each]
    return performance.now() - begun
  }
  const all = {
    'bare: one insert': contestant('bare: one insert', barePort, createBare),
    'paste.create': contestant('paste.create', port, create),
    'bare: one select': contestant('bare: one select', barePort, get('/0')),
    'a paste’s text, /raw': contestant('a paste’s text, /raw', port, get(`/${made.id}/raw`)),
    'a paste’s page': contestant('a paste’s page', port, get(`/${made.id}`)),
  }
  const times = await interleaved(all, rounds)
  server.kill()
  const perSecond = (what: string) => (requests * 1000) / median(times[what]!)
  print(
    `Pastes of ${Buffer.byteLength(text)} bytes, ${atOnce} at once, ${name}`,
    ['what', 'a second', 'against bare', 'median', 'p99'],
    Object.keys(all).map((what, i) => [
      what,
      perSecond(what).toFixed(0),
      ratio(perSecond(what) / perSecond(i < 2 ? 'bare: one insert' : 'bare: one select')),
      ms(median(latencies[what]!)),
      ms(quantile(latencies[what]!, 0.99)),
    ]),
  )
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  await once(socket, 'connect')
  return socket
}

/** One request and its whole answer, by as little as it takes: what asks must not be what is measured. */
function ask(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer = Buffer.alloc(0)
    const hear = (chunk: Buffer) => {
      chunks = chunks.length === 0 ? chunk : Buffer.concat([chunks, chunk])
      const end = chunks.indexOf('\r\n\r\n')
      if (end < 0) return
      const head = chunks.toString('latin1', 0, end)
      if (!head.startsWith('HTTP/1.1 200')) return reject(new Error(`${head}\n${chunks.subarray(end)}`))
      const length = Number(/content-length: (\d+)/i.exec(head)?.[1])
      if (!(chunks.length >= end + 4 + length)) return
      socket.off('data', hear)
      resolve(chunks.toString('utf8', end + 4))
    }
    socket.on('data', hear)
    socket.write(request)
  })
}
