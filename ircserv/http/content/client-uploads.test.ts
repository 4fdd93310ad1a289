import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { type ClientRequest, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPglite } from '../../../test/pglite.ts'
import { createTestPlatform } from '../../../test/platform.ts'
import { quietLog } from '../../../test/quiet-log.ts'
import { samples } from '../../../test/sample-files.ts'
import { type Servers, startLoopback } from '../server.ts'
import { createClientUploads } from './client-uploads.ts'

// What soju sends, over a real listener.
const path = '/internal/uploads/token'
let platform: Awaited<ReturnType<typeof createTestPlatform>>
type Server = Servers & { readonly url: string }
/** As patient as in earnest: however slow the machine is, who sends without a pause is not cut off. */
let server: Server
/** For those who are to be cut off. */
let hurried: Server
let close: () => Promise<void>

beforeAll(async () => {
  const database = await openTestPglite()
  platform = await createTestPlatform(database)
  for (const name of ['alice', 'bob', 'carol']) {
    await platform.member(name)
    await platform.call(name, 'bouncer.create')
  }
  const { runtime } = platform
  const options = { path, runtime, log: quietLog }
  const rateLimit = { burst: 3, perSecond: 0.001 }
  server = await startLoopback(createClientUploads({ ...options, rateLimit }))
  hurried = await startLoopback(createClientUploads({ ...options, silenceMs: 1000, readOutMs: 1000 }))
  close = async () => {
    await Promise.all([server.close(0), hurried.close(0)])
    await database.close()
  }
})
afterAll(() => close())

const begin = (who: string, headers: Record<string, string> = {}, at = server.url + path) => {
  const outgoing = request(at, { method: 'POST', headers: { 'soju-username': who, ...headers } })
  const answer = new Promise<{ status: number; text: string; retryAfter: string | undefined }>((resolve, reject) => {
    outgoing.on('error', reject).on('response', async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve({ status: response.statusCode!, text, retryAfter: response.headers['retry-after'] })
    })
  })
  // Whoever waits for it says what is to come of it.
  answer.catch(() => undefined)
  return { outgoing, answer }
}
const sent = (
  { outgoing, answer }: { outgoing: ClientRequest; answer: ReturnType<typeof begin>['answer'] },
  body: Buffer | string,
) => {
  outgoing.end(body)
  return answer
}
const working = async () => (await readdir(join(platform.folder, 'uploads')).catch(() => [])).length

test('only who knows the path is believed, and only about bouncers that are there', async () => {
  expect((await sent(begin('alice', {}, `${server.url}/internal/uploads/other`), 'x')).status).toBe(404)
  for (const nobody of ['nobody', 'alice+work', '', "alice' or 1=1"]) {
    const { status, text } = await sent(begin(nobody), 'x')
    expect([nobody, status, text]).toEqual([nobody, 403, expect.stringContaining('no such bouncer')])
  }
})

test('a sender who stays silent is cut off, early and late, and leaves nothing', async () => {
  const png = await readFile(samples.png)
  for (const part of ['', 'a text', png.subarray(0, 8), png.subarray(0, 60)]) {
    const { outgoing, answer } = begin('alice', {}, hurried.url + path)
    outgoing.flushHeaders()
    if (part.length > 0) outgoing.write(part)
    // Told so, where the connection still is there to be told by.
    const status = await answer.then(
      (told) => told.status,
      () => 504,
    )
    expect(status).toBe(504)
  }
  await expect.poll(working).toBe(0)
  expect((await platform.call('alice', 'content.usage')).items).toMatchObject([{ count: 0 }, { count: 0 }])
})

test('so many files in so short a time are enough, for each account by itself', async () => {
  const ends = []
  for (let n = 0; n < 4; n += 1) ends.push(await sent(begin('alice'), 'x'))
  expect(ends.map(({ status }) => status)).toEqual([201, 201, 201, 429])
  expect(ends[3]).toMatchObject({
    text: expect.stringMatching(/^Too many requests; wait/),
    retryAfter: expect.stringMatching(/^\d+$/),
  })
  expect((await sent(begin('bob'), 'x')).status).toBe(201)
})

test.each([
  ['a text that is too long', 'text/plain', 'a', 8, 413, /^A text has at most/],
  ['a picture that is too long', 'image/png', '\x89PNG', 140, 413, /^A file has at most 32 MB/],
  ['a film, which is neither, however long it is', 'video/mp4', '\0', 140, 415, /^This is neither/],
])(
  '%s is read to its end before that is said, so that whoever sends it hears so',
  async (_what, type, begins, count, status, says) => {
    const { outgoing, answer } = begin('carol', { 'content-type': type })
    let isSent = false
    let isEarly = false
    answer.then(() => (isEarly = !isSent)).catch(() => undefined)
    const piece = Buffer.alloc(256 * 1024, begins, 'latin1')
    for (let n = 0; n < count; n += 1) {
      if (!outgoing.write(piece)) await once(outgoing, 'drain')
      // It is refused long before the last of it comes.
      if (n > count - 8) await delay(50)
    }
    isSent = true
    outgoing.end()
    expect(await answer).toMatchObject({ status, text: expect.stringMatching(says) })
    expect(isEarly).toBe(false)
    await expect.poll(working).toBe(0)
  },
)

test('who never comes to an end is answered all the same', async () => {
  const { outgoing, answer } = begin('carol', { 'content-type': 'text/plain' }, hurried.url + path)
  outgoing.on('error', () => undefined)
  const timer = setInterval(() => outgoing.write(Buffer.alloc(64 * 1024, '\0')), 20)
  await answer.finally(() => clearInterval(timer))
  outgoing.destroy()
  expect((await answer).status).toBe(415)
})
