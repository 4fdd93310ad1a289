import { readdir, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon, runCli } from '../daemon.ts'
import { startPostgresql } from '../postgresql.ts'
import { s3Keys, startS3 } from './server.ts'

// The whole daemon over an S3 server that goes in the middle of uploads and downloads, and comes back.
// OUTAGE_SECONDS says for how long.
const outageMs = Number(process.env.OUTAGE_SECONDS ?? 20) * 1000
let s3: Awaited<ReturnType<typeof startS3>>
let postgresql: Awaited<ReturnType<typeof startPostgresql>>
let database: pg.Client
let daemon: Awaited<ReturnType<typeof createDaemon>>
let token: string

beforeAll(async () => {
  s3 = await startS3()
  postgresql = await startPostgresql()
  const databaseUrl = await postgresql.databaseUrl()
  const { endpoint, bucket } = s3.settings
  const env = { ...s3Keys, IRC_NOW_S3_ENDPOINT: endpoint, IRC_NOW_S3_BUCKET: bucket, DATABASE_URL: databaseUrl }
  daemon = await createDaemon({ env })
  await daemon.start()
  database = new pg.Client({ connectionString: databaseUrl })
  await database.connect()
  token = (await json('token', 'create', 'tests')).token
})
afterAll(async () => {
  s3?.thaw()
  await database?.end()
  await daemon?.remove()
  await s3?.remove()
  await postgresql?.stop()
})

const json = async (...words: string[]) => JSON.parse((await daemon.cli(...words, '--json')).stdout)

const get = (address: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; type: string; body: Buffer }>((resolve, reject) => {
    const { host, port, pathname } = new URL(address)
    request({ host: '127.0.0.1', port, path: pathname, headers: { host, ...headers } }, (response) => {
      const { statusCode: status = 0, headers: told } = response
      buffer(response).then((body) => resolve({ status, type: told['content-type'] ?? '', body }), reject)
    })
      .on('error', reject)
      .end()
  })

async function post(body: Buffer): Promise<{ status: number; code?: string; url: string; bytes: number }> {
  const answer = await fetch(`http://127.0.0.1:${daemon.ports.http}/v1/pic.upload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: new Uint8Array(body),
  })
  return { ...((await answer.json()) as { url: string; bytes: number }), status: answer.status }
}

/** Of about so many bytes, which don’t shrink. */
async function noise(bytes: number, more: number): Promise<Buffer> {
  const side = Math.ceil(Math.sqrt(bytes / 3))
  const create = { width: side + more, height: side, channels: 3 as const, background: '#000' }
  const image = sharp({ create: { ...create, noise: { type: 'gaussian', mean: 128, sigma: 90 } } })
  return image.png({ compressionLevel: 0 }).toBuffer()
}

/** Begins to read a picture and takes none of it; answers how many bytes come once it is asked for all. */
async function begunReading(address: string): Promise<() => Promise<number>> {
  const { host, port, pathname } = new URL(address)
  const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined)
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  await delay(200)
  return async () => {
    socket.resume()
    await closed
    return socket.bytesRead
  }
}

const away = {
  'is killed': { go: () => s3.stop(), comeBack: () => s3.start() },
  'hangs without a word': { go: async () => s3.freeze(), comeBack: async () => s3.thaw() },
}

test.each(Object.entries(away))(
  'a server that %s is told to whoever reads and uploads; afterwards all goes on, and nothing is lost or left over',
  async (how, { go, comeBack }) => {
    const seed = how.length
    const large = await noise(20_000_000, seed)
    const kept = await post(large)
    const seen = await get(kept.url)
    expect([kept.status, seen.status, seen.body.length]).toEqual([200, 200, kept.bytes])
    const rest = await begunReading(kept.url)
    const pictures = await Promise.all(Array.from({ length: 6 }, (_, n) => noise(14_000_000, seed + n + 1)))
    const before = await s3.count()
    const uploads = pictures.map(post)
    while ((await s3.count()) === before) await delay(5)
    await go()
    const gone = Date.now()

    // Seen as a page by people, and in a sentence by programs; what needs no file goes on.
    const page = await get(kept.url)
    expect([page.status, page.type]).toEqual([503, 'text/html; charset=UTF-8'])
    expect(page.body.toString()).toMatch(
      /<h1>A part of the platform is down<\/h1>[\s\S]*storage of files can’t be reached/,
    )
    expect((await get(kept.url.replace('.png', ''))).status).toBe(200)
    expect((await json('pic', 'list')).items.length).toBeGreaterThan(0)
    const pasted = await runCli(['paste', 'create'], daemon.env, 'meanwhile')
    expect(pasted.code).toBe(0)
    if (how === 'is killed') {
      const small = join(daemon.home, '..', 'small.png')
      await writeFile(small, await noise(3000, seed))
      expect(await daemon.cli('pic', 'upload', small)).toMatchObject({
        code: 10,
        stdout: '',
        stderr: 'irc-now: The storage of files can’t be reached; try again in a moment. [unavailable]\n',
      })
    }
    await delay(Math.max(0, gone + outageMs - Date.now()))
    await comeBack()

    const ends = await Promise.all(uploads)
    for (const end of ends) expect([200, 503]).toContain(end.status)
    for (const { code } of ends.filter(({ status }) => status === 503)) expect(code).toBe('unavailable')
    expect(await rest()).toBeGreaterThan(0)
    // Without a restart: what was refused is taken now, and all is there as it was sent.
    const retried = await Promise.all(ends.map((end, n) => (end.status === 200 ? end : post(pictures[n]!))))
    for (const { status, url, bytes } of [kept, ...retried]) {
      const { body } = await get(url)
      expect([status, body.length]).toEqual([200, bytes])
    }
    expect((await get(kept.url)).body.equals(seen.body)).toBe(true)
    expect(await readdir(join(daemon.home, 'uploads'))).toEqual([])
    expect(daemon.said).not.toMatch(/"level":(50|60)/)
    // Some of them, and of what was refused, only the sweep takes away, an hour later.
    await database.query('update stray_files set due_at = now()')
    await daemon.stop()
    await daemon.start()
    const strays = async () => (await database.query('select from stray_files')).rowCount
    await expect.poll(strays).toBe(0)
    const { rowCount: pictureFiles } = await database.query('select from picture_files')
    expect(await s3.count()).toBe(2 * pictureFiles!)
    expect((await json('pic', 'list')).items).toHaveLength(pictureFiles!)
  },
  240_000 + outageMs,
)
