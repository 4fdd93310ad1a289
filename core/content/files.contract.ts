import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Files } from './files.port.ts'

export interface FilesHarness {
  readonly files: Files
  /** How many files and parts of files lie there, whether under a key or not. */
  count(): Promise<number>
  /** Takes the storage away, for `work`, and gives it back. */
  without?(work: () => Promise<void>): Promise<void>
  close(): Promise<void>
}

const megabyte = 1024 * 1024

/** So many megabytes, made as they are read. */
function* megabytes(count: number, seen?: (chunk: Buffer) => void): Generator<Buffer> {
  for (let n = 0; n < count; n += 1) {
    const chunk = Buffer.alloc(megabyte, n % 251)
    seen?.(chunk)
    yield chunk
  }
}

/** The promises of the port, kept by each adapter. */
export function filesContract(adapter: string, make: () => Promise<FilesHarness>): void {
  describe(`files on ${adapter}`, () => {
    let harness: FilesHarness
    let files: Files
    const newKey = () => `things/${randomBytes(8).toString('hex')}`
    const put = (key: string, text: string) => files.put(key, Readable.from([Buffer.from(text)]))
    const read = async (key: string, range?: { first: number; last: number }) => {
      const stream = await files.get(key, range)
      return stream && (await buffer(stream)).toString('latin1')
    }
    beforeAll(async () => {
      harness = await make()
      files = harness.files
    })
    afterAll(() => harness?.close())

    test('what was put is there, whole or in parts, until it is deleted, which may be done twice', async () => {
      const key = newKey()
      expect(await files.size(key)).toBeNull()
      expect(await read(key)).toBeNull()
      expect(await put(key, 'a café')).toBe(7)
      expect(await files.size(key)).toBe(7)
      expect(Buffer.from((await read(key))!, 'latin1').toString()).toBe('a café')
      expect(await read(key, { first: 0, last: 0 })).toBe('a')
      expect(await read(key, { first: 2, last: 4 })).toBe('caf')
      await put(key, 'other')
      expect(await read(key)).toBe('other')
      for (let n = 0; n < 2; n += 1) await files.delete(key)
      expect([await files.size(key), await read(key)]).toEqual([null, null])
    })

    test('what has a known length is there as a whole, may be opened again, and its own errors are its own', async () => {
      const key = newKey()
      const text = Buffer.alloc(3 * megabyte, 'a line\n')
      const open = () => Readable.from([text.subarray(0, megabyte), text.subarray(megabyte)], { objectMode: false })
      expect(await files.put(key, { bytes: text.length, open })).toBe(text.length)
      expect((await read(key))!.length).toBe(text.length)
      const before = await harness.count()
      let opened = 0
      const breaking = () => {
        opened += 1
        return Readable.from(
          (function* () {
            yield text.subarray(0, megabyte)
            throw new Error('gone')
          })(),
        )
      }
      await expect(files.put(newKey(), { bytes: text.length, open: breaking })).rejects.toThrow('gone')
      expect([opened, await harness.count()]).toEqual([1, before])
      const stopped = AbortSignal.abort(new Error('enough'))
      await expect(files.put(newKey(), { bytes: text.length, open }, stopped)).rejects.toThrow()
      expect(await harness.count()).toBe(before)
      await files.put(key, { bytes: 0, open: () => Readable.from([]) })
      expect(await files.size(key)).toBe(0)
      await files.delete(key)
    })

    test('an empty file is a file', async () => {
      const key = newKey()
      expect(await files.put(key, Readable.from([]))).toBe(0)
      expect([await files.size(key), await read(key)]).toEqual([0, ''])
      await files.delete(key)
    })

    test('no key leads elsewhere', async () => {
      for (const key of [
        '../x',
        'things/../x',
        '/etc/passwd',
        'things/..',
        'things/a/b',
        'things/',
        'a\\b',
        'things/a\0',
      ])
        await expect(files.get(key)).rejects.toThrow(TypeError)
    })

    test('an upload that breaks off leaves nothing, neither early nor late, and not in the place of what was there', async () => {
      const key = newKey()
      await put(key, 'former')
      const before = await harness.count()
      for (const whole of [0, 20]) {
        const breaking = Readable.from(
          (function* () {
            yield* megabytes(whole)
            yield Buffer.from('a part')
            throw new Error('gone')
          })(),
        )
        await expect(files.put(key, breaking)).rejects.toThrow('gone')
        const stopping = new AbortController()
        const stopped = Readable.from(
          (async function* () {
            yield* megabytes(whole)
            stopping.abort(new Error('enough'))
            await new Promise((resolve) => setImmediate(resolve))
            yield Buffer.from('the rest')
          })(),
        )
        await expect(files.put(key, stopped, stopping.signal)).rejects.toThrow()
      }
      expect([await read(key), await harness.count()]).toEqual(['former', before])
      await files.delete(key)
    })

    test('whoever stops reading keeps nothing open', async () => {
      const key = newKey()
      await files.put(key, Readable.from(megabytes(3)))
      const stream = (await files.get(key))!
      await once(stream, 'readable')
      stream.destroy()
      await once(stream, 'close')
      await files.delete(key)
    })

    test('a large stream goes both ways as it is, and memory stays flat', async () => {
      const key = newKey()
      const count = 1024
      const sent = createHash('sha256')
      const before = process.memoryUsage()
      let most = 0
      const look = () => {
        const { rss } = process.memoryUsage()
        most = Math.max(most, rss - before.rss)
      }
      const size = await files.put(
        key,
        Readable.from(
          megabytes(count, (chunk) => {
            sent.update(chunk)
            look()
          }),
          { objectMode: false, highWaterMark: megabyte },
        ),
      )
      expect(size).toBe(count * megabyte)
      const got = createHash('sha256')
      for await (const chunk of (await files.get(key))!) {
        got.update(chunk as Buffer)
        look()
      }
      expect(got.digest('hex')).toBe(sent.digest('hex'))
      expect(most).toBeLessThan(200 * megabyte)
      await files.delete(key)
    })

    test('where the storage is gone, that is said, and afterwards all is as before', async () => {
      if (!harness.without) return
      const key = newKey()
      await put(key, 'kept')
      await harness.without(async () => {
        const unavailable = { code: 'unavailable' }
        await expect(put(newKey(), 'x')).rejects.toMatchObject(unavailable)
        const open = () => Readable.from([Buffer.from('x')])
        await expect(files.put(newKey(), { bytes: 1, open })).rejects.toMatchObject(unavailable)
        await expect(files.get(key)).rejects.toMatchObject(unavailable)
        await expect(files.size(key)).rejects.toMatchObject(unavailable)
        await expect(files.delete(key)).rejects.toMatchObject(unavailable)
      })
      expect(await read(key)).toBe('kept')
      await files.delete(key)
    })
  })
}
