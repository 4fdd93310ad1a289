import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onBothDatabases } from '../../../test/databases.ts'
import { createTestPlatform } from '../../../test/platform.ts'
import { OperationError } from '../../operation/errors.ts'
import { FileBody } from '../../operation/file-body.ts'
import { sweep } from '../../platform/sweeps.ts'
import type { Database } from '../../store/database.ts'
import { sweepFiles, unusedMs } from '../sweep-files.ts'
import { largestUpload } from './picture.ts'

/** A picture that is unlike any other number's. */
const picture = (n: number, size = 32) =>
  sharp({ create: { width: size, height: size, channels: 3, background: { r: n % 256, g: n >> 8, b: 9 } } })
    .png()
    .toBuffer()
/** One of about so many bytes, which don't shrink. */
function noise(bytes: number, sigma: number) {
  const size = Math.ceil(Math.sqrt(bytes / 3))
  const create = { width: size, height: size, channels: 3 as const, background: '#000' }
  return sharp({ create: { ...create, noise: { type: 'gaussian', mean: 128, sigma } } })
    .png({ compressionLevel: 0 })
    .toBuffer()
}

onBothDatabases('pictures', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  let alice: string
  beforeEach(async () => {
    database = await open()
    platform = await createTestPlatform(database)
    alice = await platform.member('alice')
    await platform.member('bob')
  })
  afterEach(() => database.close())

  const bodyOf = (bytes: Buffer) => new FileBody(Readable.from([bytes]))
  const upload = (bytes: Buffer, who = 'alice', more: object = {}, options: object = {}) =>
    platform.call(who, 'pic.upload', { file: bodyOf(bytes), ...more }, options)
  const seen = (id: string, now = platform.runtime.now()) =>
    platform.runtime.read((store) => store.pictures.seen(id, now))
  const later = (ms: number) => ({ ...platform.runtime, now: () => new Date(Date.now() + ms), files: platform.files })
  const stored = async () =>
    (await readdir(platform.folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(platform.folder.length))
  const rowsOf = async (table: 'picture_files' | 'stray_files') =>
    (await database.kysely.selectFrom(table).selectAll().execute()).length

  test('what is uploaded is there for whoever knows the id, until it expires; others’ pictures are nobody else’s', async () => {
    const made = await upload(await picture(1), 'alice', { name: 'a <b> “ü”.png' })
    expect(made).toMatchObject({ name: 'a <b> “ü”.png', type: 'image/png', width: 32, height: 32, frames: 1 })
    expect(made.url).toBe(`http://pics.localhost:8080/${made.id}.png`)
    expect(Date.parse(made.expiresAt) - Date.parse(made.createdAt)).toBe(90 * 86_400_000)
    const found = (await seen(made.id))!
    expect(found.bytes).toBe(made.bytes)
    expect((await buffer((await platform.files.get(`pictures/${found.file}`))!)).length).toBe(made.bytes)
    expect(await seen(made.id, new Date(Date.parse(made.expiresAt)))).toBeUndefined()
    expect((await platform.call('alice', 'pic.list')).items).toEqual([made])
    expect(await platform.call('alice', 'pic.show', { id: made.url })).toEqual(made)
    await expect(platform.call('bob', 'pic.show', { id: made.id })).rejects.toMatchObject({ code: 'not_found' })
    const others = platform.call('bob', 'pic.delete', { id: made.id }, { confirm: made.id })
    await expect(others).rejects.toMatchObject({ code: 'not_found' })
    await platform.call('alice', 'pic.delete', { id: made.id }, { confirm: made.id })
    expect([await seen(made.id), (await platform.call('alice', 'pic.list')).items]).toEqual([undefined, []])
  })

  test('what is no picture, too large, or breaks off is refused and leaves nothing', async () => {
    const refused = async (file: unknown) =>
      platform.call('alice', 'pic.upload', { file }).then(
        () => 'taken',
        (error) => [error.code, error.field],
      )
    expect(await refused(bodyOf(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')))).toEqual([
      'invalid_input',
      'file',
    ])
    expect(await refused(bodyOf(Buffer.alloc(0)))).toEqual(['invalid_input', 'file'])
    expect(await refused('a text')).toEqual(['invalid_input', 'file'])
    expect(await refused(undefined)).toEqual(['invalid_input', 'file'])
    expect(await refused(new FileBody(Readable.from([]), largestUpload + 1))).toEqual(['too_large', 'file'])
    const endless = new Readable({
      read() {
        this.push(Buffer.alloc(1024 * 1024, 0xff))
      },
    })
    expect(await refused(new FileBody(endless))).toEqual(['too_large', 'file'])
    // Nobody reads on; what is left of it is whose it was, who has yet to be answered over the same connection.
    expect([endless.destroyed, endless.listenerCount('readable'), endless.listenerCount('data')]).toEqual([false, 0, 0])
    const half = (await noise(300_000, 40)).subarray(0, 100_000)
    const breaking = Readable.from(
      (function* () {
        yield half
        throw new Error('gone')
      })(),
    )
    expect(await refused(new FileBody(breaking))).toEqual(['invalid_input', 'file'])
    const silent = new Readable({ read() {} })
    silent.push(half)
    expect(await refused(new FileBody(silent))).toEqual(['timed_out', undefined])
    expect([await stored(), await rowsOf('picture_files'), await rowsOf('stray_files')]).toEqual([[], 0, 0])
  })

  test('of one account only so many wait for their turn; the others are told to come later', async () => {
    // One more than are received and wait together.
    const slow = Array.from({ length: 205 }, () => new Readable({ read() {} }))
    const dripping = setInterval(() => {
      for (const stream of slow) stream.push('x')
    }, 100)
    const ends = slow.map((stream) => platform.call('alice', 'pic.upload', { file: new FileBody(stream) }))
    for (const end of ends) end.catch(() => undefined)
    // The first that ends is that one, once all the others are there.
    await expect(Promise.race(ends)).rejects.toMatchObject({ code: 'rate_limited' })
    await expect(upload(await picture(1))).rejects.toMatchObject({ code: 'rate_limited' })
    expect(await upload(await picture(1), 'bob')).toMatchObject({ width: 32 })
    clearInterval(dripping)
    for (const stream of slow) stream.destroy()
    for (const end of ends)
      await expect(end).rejects.toMatchObject({ code: expect.stringMatching(/invalid|timed|rate/) })
    expect(await upload(await picture(1))).toMatchObject({ width: 32 })
  })

  test('it stays as long as one says, and for ever where the plan lets it', async () => {
    const life = ({ createdAt, expiresAt }: { createdAt: string; expiresAt: string }) =>
      (Date.parse(expiresAt) - Date.parse(createdAt)) / 86_400_000
    expect(life(await upload(await picture(1), 'alice', { expires: '7d' }))).toBe(7)
    // Said anew of the same one.
    await upload(await picture(1), 'alice', { expires: '1d' })
    expect((await platform.call('alice', 'pic.list')).items.map(life)).toEqual([expect.closeTo(1, 2)])
    const refused = { code: 'quota_reached', field: 'expires' }
    await expect(upload(await picture(2), 'alice', { expires: 'never' })).rejects.toMatchObject(refused)
    expect(await stored()).toHaveLength(2)
    const kept = await upload(await picture(2), 'ops', { expires: 'never' })
    expect(kept.expiresAt).toBeNull()
    expect(await seen(kept.id, new Date(Date.now() + 3650 * 86_400_000))).toBeDefined()
  })

  test('while the storage is away uploads are told so and reading fails; afterwards all goes on, and nothing is left over', async () => {
    const kept = await upload(await picture(1))
    const { put } = platform.files
    let puts = 0
    const away = { code: 'unavailable' }
    Object.assign(platform.files, {
      // The picture is there already when it goes, its thumbnail is not.
      put: async (...given: Parameters<typeof put>) => {
        puts += 1
        if (puts % 2 === 0) throw new OperationError('unavailable', 'The storage is away; try again.')
        return put(...given)
      },
    })
    for (let n = 2; n < 5; n += 1) await expect(upload(await picture(n))).rejects.toMatchObject(away)
    Object.assign(platform.files, { put })
    expect((await platform.call('alice', 'pic.list')).items).toEqual([kept])
    expect(await upload(await picture(2))).toMatchObject({ type: 'image/png' })
    await sweepFiles(later(unusedMs + 1000))
    expect([(await stored()).length, await rowsOf('picture_files'), await rowsOf('stray_files')]).toEqual([4, 2, 0])
  })

  test('a dry run looks at the picture, and keeps nothing', async () => {
    const tried = await upload(await picture(1), 'alice', {}, { dryRun: true })
    expect(tried).toMatchObject({ type: 'image/png', width: 32 })
    expect([await stored(), await rowsOf('picture_files'), await rowsOf('stray_files')]).toEqual([[], 0, 0])
    expect((await platform.call('alice', 'pic.list')).items).toEqual([])
  })

  test('the same picture is stored once, whoever uploads it, and goes when the last has deleted it', async () => {
    const first = await upload(await picture(1))
    const again = await upload(await picture(1), 'alice', { name: 'b.png' })
    expect(again).toMatchObject({ id: first.id, name: 'b.png' })
    const other = await upload(await picture(1), 'bob')
    expect(other.id).not.toBe(first.id)
    expect([(await stored()).length, await rowsOf('picture_files'), await rowsOf('stray_files')]).toEqual([2, 1, 0])
    await platform.call('alice', 'pic.delete', { id: first.id }, { confirm: first.id })
    await sweepFiles(later(unusedMs + 1000))
    expect([(await stored()).length, (await seen(other.id)) !== undefined]).toEqual([2, true])
    await platform.call('bob', 'pic.delete', { id: other.id }, { confirm: other.id })
    // Not yet: an upload of the same picture could be about to use it.
    await sweepFiles(later(0))
    expect((await stored()).length).toBe(2)
    expect(await sweepFiles(later(unusedMs + 1000))).toBe(2)
    expect([await stored(), await rowsOf('picture_files'), await rowsOf('stray_files')]).toEqual([[], 0, 0])
    const anew = await upload(await picture(1))
    expect([(await seen(anew.id)) !== undefined, (await stored()).length]).toEqual([true, 2])
  })

  test('the same picture, twenty times at once by two, is stored once', async () => {
    const bytes = await picture(7)
    const made = await Promise.all(Array.from({ length: 20 }, (_, n) => upload(bytes, n % 2 ? 'alice' : 'bob')))
    expect(new Set(made.map(({ id }) => id)).size).toBe(2)
    expect(await rowsOf('picture_files')).toBe(1)
    await sweepFiles(later(unusedMs + 1000))
    expect([(await stored()).length, await rowsOf('stray_files')]).toEqual([2, 0])
    for (const { id } of made) expect(await platform.files.size(`pictures/${(await seen(id))!.file}`)).not.toBeNull()
  })

  test('the quota is exact with a hundred uploads at its edge', async () => {
    const one = (await upload(await picture(0))).bytes
    const used = () => platform.runtime.read((store) => store.pictures.used(alice, platform.runtime.now()))
    // Room for ten more like it, and not a byte beyond.
    const filler = 50 * 1024 * 1024 - one * 11
    await database.kysely
      .updateTable('pictures')
      .set({ bytes: one + filler })
      .execute()
    const files = await Promise.all(Array.from({ length: 100 }, (_, n) => picture(n + 1)))
    const ends = await Promise.allSettled(files.map((bytes) => upload(bytes)))
    const refused = ends.filter((end) => end.status === 'rejected')
    for (const { reason } of refused) expect(reason).toMatchObject({ code: 'quota_reached' })
    const sizes = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value.bytes as number] : []))
    expect(await used()).toBe(one + filler + sizes.reduce((sum, size) => sum + size, 0))
    expect(await used()).toBeLessThanOrEqual(50 * 1024 * 1024)
    // No other would have fitted.
    expect((await used()) + Math.max(...sizes)).toBeGreaterThan(50 * 1024 * 1024 - one)
    expect(sizes.length).toBeGreaterThanOrEqual(9)
    await sweepFiles(later(unusedMs + 1000))
    expect([(await stored()).length, await rowsOf('stray_files')]).toEqual([2 * (sizes.length + 1), 0])
  })

  test('an upload that ended half-way is swept, wherever it ended; one that is too late is told so', async () => {
    await upload(await picture(1))
    // The process died between the files and the row.
    const body = bodyOf(await picture(2))
    const taken = await platform.runtime.pictures.take(body, { accountId: alice, keep: true })
    expect([(await stored()).length, await rowsOf('stray_files')]).toEqual([4, 2])
    await sweepFiles(later(unusedMs - 60_000))
    expect((await stored()).length).toBe(4)
    expect(await sweepFiles(later(unusedMs + 1000))).toBe(2)
    expect([(await stored()).length, await rowsOf('stray_files')]).toEqual([2, 0])
    const { pictures } = platform.runtime
    const take = pictures.take
    pictures.take = async () => taken
    await expect(upload(await picture(2))).rejects.toMatchObject({ code: 'unavailable' })
    pictures.take = take
    expect(await upload(await picture(2))).toMatchObject({ type: 'image/png' })
  })

  test('the sweep of files may be killed between file and row, and goes on after a week', async () => {
    for (let n = 0; n < 7; n += 1) await upload(await picture(n))
    const week = 97 * 86_400_000
    await sweep(later(week))
    expect((await platform.call('alice', 'pic.list')).items).toEqual([])
    let left = 3
    const dying = {
      ...platform.files,
      delete: async (key: string) => {
        if (left === 0) throw new Error('killed')
        left -= 1
        await platform.files.delete(key)
      },
    }
    await expect(sweepFiles({ ...later(week), files: dying }, undefined, 5)).rejects.toThrow('killed')
    expect((await stored()).length).toBe(11)
    await sweepFiles(later(week), undefined, 5)
    expect([await stored(), await rowsOf('picture_files'), await rowsOf('stray_files')]).toEqual([[], 0, 0])
  })

  test('operators take a picture down: nobody sees it, its file goes, its member is told why, and what it took is free', async () => {
    const made = await upload(await picture(1))
    const call = (who: string, confirm?: string) =>
      platform.call(who, 'pic.takedown', { id: made.id, reason: 'not theirs' }, confirm ? { confirm } : {})
    await expect(call('bob', made.id)).rejects.toMatchObject({ code: 'not_allowed' })
    expect(await call('ops', made.id)).toMatchObject({
      account: 'alice',
      status: { phase: 'removed', message: 'not theirs' },
    })
    expect(await seen(made.id)).toBeUndefined()
    expect((await platform.call('alice', 'pic.list')).items[0].status).toEqual({
      phase: 'removed',
      message: 'not theirs',
    })
    expect(await platform.runtime.read((store) => store.pictures.used(alice, platform.runtime.now()))).toBe(0)
    expect(await sweepFiles(later(unusedMs + 1000))).toBe(2)
    expect((await platform.call('ops', 'audit.list')).items[0]).toMatchObject({ operation: 'pic.takedown' })
  })

  test('the pictures of who is suspended or has left are seen by nobody', async () => {
    const made = await upload(await picture(1))
    await platform.call('ops', 'account.suspend', { name: 'alice', reason: 'x' })
    expect(await seen(made.id)).toBeUndefined()
    await expect(upload(await picture(2))).rejects.toMatchObject({ code: 'suspended' })
    await platform.call('ops', 'account.resume', { name: 'alice' })
    expect(await seen(made.id)).toBeDefined()
    await platform.call('alice', 'account.delete', {}, { confirm: 'alice' })
    expect(await seen(made.id)).toBeUndefined()
    await sweepFiles(later(unusedMs + 1000))
    expect(await stored()).toEqual([])
  })

  test('a retry with its key is the first one, and another file under it is refused', async () => {
    const options = { idempotencyKey: 'k' }
    const made = await upload(await picture(1), 'alice', {}, options)
    expect(await upload(await picture(1), 'alice', {}, options)).toEqual(made)
    await expect(upload(await picture(2), 'alice', {}, options)).rejects.toMatchObject({ code: 'idempotency_mismatch' })
    const { input } = (await platform.call('alice', 'audit.list')).items.at(-1)
    expect(JSON.stringify(input)).toContain('(file)')
  })
})
