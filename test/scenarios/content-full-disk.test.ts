import { mkdir, readdir, readFile, rm, statfs, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createDaemon, runCli } from '../daemon.ts'
import { createSmallDisk } from '../small-disk.ts'

// Pastes and pictures on disks that are really full: refused in one sentence, nothing half-done, and what is there is read on.
const disks = await Promise.all([createSmallDisk(4), createSmallDisk(4), createSmallDisk(320)])
const noDisks = disks.includes(null)
let daemon: Awaited<ReturnType<typeof createDaemon>>
afterEach(() => daemon?.remove())
afterAll(() => Promise.all(disks.map((disk) => disk?.remove())))

const get = (address: string) =>
  new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
    const { host, port, pathname } = new URL(address)
    request({ host: '127.0.0.1', port, path: pathname, headers: { host } }, async (response) =>
      resolve({ status: response.statusCode!, body: await buffer(response) }),
    )
      .on('error', reject)
      .end()
  })
/** Of about so many bytes, which don’t shrink. */
async function noise(bytes: number, seed: number): Promise<Buffer> {
  const side = Math.ceil(Math.sqrt(bytes / 3))
  const create = { width: side + seed, height: side, channels: 3 as const, background: '#000' }
  const image = sharp({ create: { ...create, noise: { type: 'gaussian', mean: 128, sigma: 90 } } })
  return image.png({ compressionLevel: 0 }).toBuffer()
}
const filesIn = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length
const json = async (...words: string[]) => JSON.parse((await daemon.cli(...words, '--json')).stdout)
const paste = (text: string, inside: readonly string[] = []) =>
  runCli(['paste', 'create', '--json'], daemon.env, text, { inside })
const full = {
  code: 10,
  stderr: expect.stringMatching(/^irc-now: The disk is full, .*make room and try again\. \[storage_full\]\n$/),
}

async function upload(name: string, bytes: Buffer) {
  const path = join(daemon.home, '..', name)
  await writeFile(path, bytes)
  return daemon.cli('pic', 'upload', path)
}
async function there(address: string, original: Buffer): Promise<void> {
  const { status, body } = await get(address)
  expect(status).toBe(200)
  const pixels = (file: Buffer) => sharp(file).removeAlpha().raw().toBuffer()
  expect((await pixels(body)).equals(await pixels(original))).toBe(true)
}

test.skipIf(noDisks).each([
  ['where files are kept', 'files', 0],
  ['where uploads are received', 'uploads', 1],
] as const)(
  'the disk %s is full: pictures are refused, pastes and all reading go on, and then there is room again',
  async (_what, folder, index) => {
    const disk = disks[index]!
    daemon = await createDaemon()
    await mkdir(daemon.home, { recursive: true, mode: 0o700 })
    await mkdir(disk.seen(folder))
    await symlink(disk.seen(folder), join(daemon.home, folder))
    await daemon.start()
    const [first, second, large] = [await noise(300_000, 1), await noise(300_000, 2), await noise(6_000_000, 3)]
    const address = (await upload('first.png', first)).stdout.trim()
    const before = await filesIn(join(daemon.home, 'files'))
    const nothingMore = async () =>
      expect([await readdir(join(daemon.home, 'uploads')), await filesIn(join(daemon.home, 'files'))]).toEqual([
        [],
        before,
      ])

    // One for which there never was room, and then none for anything.
    expect(await upload('large.png', large)).toMatchObject({ stdout: '', ...full })
    await nothingMore()
    await disk.fill()
    for (let n = 0; n < 3; n += 1) expect(await upload('second.png', second)).toMatchObject({ stdout: '', ...full })
    await nothingMore()
    await there(address, first)
    expect((await json('pic', 'list')).items).toHaveLength(1)
    const { url } = JSON.parse((await paste('kept in the database')).stdout)
    expect((await get(`${url}/raw`)).body.toString()).toBe('kept in the database')

    await disk.makeRoom()
    const made = await upload('second.png', second)
    expect(made).toMatchObject({ code: 0, stderr: '' })
    await there(made.stdout.trim(), second)
    await there(address, first)
    expect(daemon.said).not.toMatch(/"level":(50|60)/)
  },
)

test.skipIf(noDisks)(
  'uploads leave the database what it needs; with all of it gone nothing is written, and all is there afterwards',
  async () => {
    const disk = disks[2]!
    daemon = await createDaemon({ home: join(disk.path, 'home'), inside: disk.inside })
    await daemon.start()
    const { token } = await json('token', 'create', 'tests')
    const post = async (body: Buffer) => {
      const answer = await fetch(`http://127.0.0.1:${daemon.ports.http}/v1/pic.upload`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: new Uint8Array(body),
      })
      return { ...((await answer.json()) as { url: string; code: string }), status: answer.status }
    }
    // Room for a few of them, beside what the database keeps for itself.
    const { bavail, bsize } = await statfs(disk.seen('home'))
    await writeFile(disk.seen('others'), Buffer.alloc(bavail * bsize - 110 * 1024 * 1024))
    const pictures = await Promise.all(Array.from({ length: 12 }, (_, n) => noise(10_000_000, n)))
    const kept = new Map<string, Buffer>()
    const [alone, ...together] = pictures
    const first = await post(alone!)
    expect(first.status).toBe(200)
    kept.set(first.url, alone!)
    let least = bavail * bsize
    const looking = setInterval(async () => {
      const now = await statfs(disk.seen('home'))
      least = Math.min(least, now.bavail * now.bsize)
    }, 10)
    const ends = await Promise.all(together.map(post))
    clearInterval(looking)
    // Whether one of them gets through beside the others is chance: all may need at once what there is for some.
    ends.forEach((end, n) => {
      if (end.status === 200) kept.set(end.url, together[n]!)
      else expect(end).toMatchObject({ status: 507, code: 'storage_full' })
    })
    expect(kept.size).toBeLessThan(pictures.length)
    expect(await readdir(disk.seen('home/uploads'))).toEqual([])
    // All of them together have left the database’s own 48 MB, but for what it has written itself.
    expect(least).toBeGreaterThan(32 * 1024 * 1024)
    const { url: text } = JSON.parse((await paste('still room', disk.inside)).stdout)

    await disk.fill()
    expect(await paste('no room', disk.inside)).toMatchObject({
      code: 10,
      stdout: expect.stringContaining('"storage_full"'),
    })
    expect(await post(await noise(30_000, 1))).toMatchObject({ status: 507, code: 'storage_full' })
    expect((await get(`${text}/raw`)).body.toString()).toBe('still room')
    for (const [url, original] of kept) await there(url, original)
    expect(await readdir(disk.seen('home/uploads'))).toEqual([])

    await disk.makeRoom()
    await rm(disk.seen('others'))
    const files = await filesIn(disk.seen('home/files'))
    const small = await noise(30_000, 2)
    const made = await post(small)
    expect(made.status).toBe(200)
    await there(made.url, small)
    expect(JSON.parse((await paste('room again', disk.inside)).stdout).url).toBeTypeOf('string')
    expect(await filesIn(disk.seen('home/files'))).toBe(files + 2)
    expect((await json('pic', 'list')).items).toHaveLength(kept.size + 1)
    await daemon.kill()
    await daemon.start()
    for (const [url, original] of kept) await there(url, original)
    expect((await readFile(disk.seen('home/endpoints.json'))).length).toBeGreaterThan(0)
  },
)
