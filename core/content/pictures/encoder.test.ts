import { readFileSync } from 'node:fs'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createEncoder } from './encoder.ts'
import { type EncodedPicture, pictureLimits } from './encoding.ts'
import { sniff } from './sniff.ts'

let folder: string
const encoder = createEncoder(2)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'encoder-'))
})
afterAll(async () => {
  encoder.close()
  await rm(folder, { recursive: true, force: true })
})

let count = 0
async function encode(bytes: Buffer, by = encoder) {
  count += 1
  const path = (name: string) => join(folder, `${count}-${name}`)
  const job = { input: path('in'), picture: path('picture'), thumbnail: path('thumbnail') }
  await writeFile(job.input, bytes)
  return { job, answer: await by.encode(job) }
}
async function encoded(bytes: Buffer) {
  const { job, answer } = await encode(bytes)
  if (typeof answer === 'string') throw new Error(answer)
  return {
    ...(answer as EncodedPicture),
    picture: await readFile(job.picture),
    thumbnail: await readFile(job.thumbnail),
  }
}
const refusal = async (bytes: Buffer) => (await encode(bytes)).answer

/** Left half red, right half blue: 60 by 40. */
const halves = () =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: '#0000ff' } }).composite([
    { input: { create: { width: 30, height: 40, channels: 3, background: '#ff0000' } }, left: 0, top: 0 },
  ])

/** So many frames of one colour each. */
function animation(frames: number, size = 16) {
  const pixels = Buffer.alloc(frames * size * size * 3)
  for (let n = 0; n < frames; n += 1)
    pixels.fill(Buffer.from([(n * 97) % 256, (n * 41) % 256, 90]), n * size * size * 3, (n + 1) * size * size * 3)
  return sharp(pixels, { raw: { width: size, height: size * frames, channels: 3, pageHeight: size } })
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** A PNG of one colour, whose bytes are far fewer than its pixels. */
function bomb(width: number, height: number): Buffer {
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc((width * 3 + 1) * height), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** A GIF of so many frames of one pixel. */
const tinyGif = (frames: number) =>
  Buffer.concat([
    Buffer.from('GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff', 'latin1'),
    ...Array.from({ length: frames }, () =>
      Buffer.from('!\xf9\x04\x00\x02\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00', 'latin1'),
    ),
    Buffer.from(';'),
  ])

test.each(['jpg', 'png', 'webp', 'gif', 'avif'] as const)(
  '%s stays what it is, with a thumbnail in WebP',
  async (kind) => {
    const made = await halves()
      .toFormat(kind === 'jpg' ? 'jpeg' : kind)
      .toBuffer()
    const { picture, thumbnail, ...answer } = await encoded(made)
    expect(answer).toMatchObject({ kind, width: 60, height: 40, frames: 1, bytes: picture.length })
    expect(answer.hash).toMatch(/^[0-9a-f]{64}$/)
    expect(sniff(picture)).toBe(kind)
    expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'webp', width: 60, height: 40 })
    const { data } = await sharp(picture).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    expect(data[0]!).toBeGreaterThan(200)
    expect(data[2]!).toBeLessThan(60)
  },
)

test('an AVIF that calls itself any picture first is taken, a HEIC is not', async () => {
  const named = async (first: string, other: string) => {
    const avif = await halves().avif().toBuffer()
    const brands = avif.subarray(0, avif.readUInt32BE(0)).toString('latin1')
    avif.write(brands.replaceAll('avif', other).replace(/^(.{8}).{4}/s, `$1${first}`), 'latin1')
    return avif
  }
  expect(await encoded(await named('mif1', 'avif'))).toMatchObject({ kind: 'avif', width: 60, height: 40 })
  expect(await refusal(await named('mif1', 'heic'))).toBe('unknown')
})

test('the same picture is the same file', async () => {
  const png = await halves().png().toBuffer()
  expect((await encoded(png)).hash).toBe((await encoded(png)).hash)
})

test('where it was taken, by what, and what else lay in it is gone; which way is up is not', async () => {
  const taken = await halves()
    .jpeg()
    .withExif({
      IFD0: { Make: 'Secretcam', Software: 'Secretsoft' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer()
  expect((await sharp(taken).metadata()).orientation).toBe(6)
  const { picture, thumbnail, width, height } = await encoded(
    Buffer.concat([taken, Buffer.from('PK\x03\x04<script>alert(1)</script>')]),
  )
  expect([width, height]).toEqual([40, 60])
  for (const file of [picture, thumbnail]) {
    expect(await sharp(file).metadata()).toMatchObject({ width: 40, height: 60 })
    const { exif, xmp, orientation } = await sharp(file).metadata()
    expect([exif, xmp, orientation ?? 1]).toEqual([undefined, undefined, 1])
    for (const word of ['Secret', 'PK\x03\x04', '<script']) expect(file.includes(word)).toBe(false)
  }
  // Turned by a quarter: what was left is above.
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true })
  expect(data[0]!).toBeGreaterThan(200)
  expect(data[(info.height - 1) * info.width * info.channels + 2]!).toBeGreaterThan(200)
})

test('what moves goes on moving, and its thumbnail does not', async () => {
  const delay = [70, 80, 90, 100, 110]
  for (const made of [animation(5).gif({ delay }), animation(5).webp({ delay })]) {
    const { picture, thumbnail, frames, width, height } = await encoded(await made.toBuffer())
    expect([frames, width, height]).toEqual([5, 16, 16])
    expect(await sharp(picture, { animated: true }).metadata()).toMatchObject({ pages: 5, delay })
    expect((await sharp(thumbnail).metadata()).pages ?? 1).toBe(1)
  }
})

test('a large picture’s thumbnail is small', async () => {
  const large = sharp({ create: { width: 3000, height: 1000, channels: 3, background: '#123456' } })
  const { thumbnail, width } = await encoded(await large.jpeg().toBuffer())
  expect(width).toBe(3000)
  expect(await sharp(thumbnail).metadata()).toMatchObject({ width: pictureLimits.thumbnail, height: 160 })
})

test('what is no picture of ours is refused, whatever it says it is', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
  for (const text of [
    '',
    'x',
    svg,
    `<?xml version="1.0"?>${svg}`,
    '%PDF-1.7\n',
    'II*\0',
    'P6 1 1 255 abc',
    '<!doctype html>',
  ])
    expect([text, await refusal(Buffer.from(text))]).toEqual([text, 'unknown'])
  expect(await refusal(await halves().tiff().toBuffer())).toBe('unknown')
  // The beginning of one, and something else behind it.
  expect(await refusal(Buffer.from(`GIF89a${svg}`))).toBe('broken')
  expect(await refusal(Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.from(svg)]))).toBe('broken')
  expect(await refusal(Buffer.from(`\x89PNG\r\n\x1a\n${svg}`, 'latin1'))).toBe('broken')
  expect(await refusal(Buffer.from(`RIFF\x20\0\0\0WEBP${svg}`, 'latin1'))).toBe('broken')
  expect(await refusal(Buffer.from(`\0\0\0\x1cftypavif${svg}`, 'latin1'))).toBe('broken')
  const whole = await sharp(readable(400)).jpeg().toBuffer()
  expect(await refusal(whole.subarray(0, whole.length / 2))).toBe('broken')
})

/** Noise, which doesn't shrink. */
function readable(size: number) {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 40 }
  return { create: { width: size, height: size, channels: 3 as const, background: '#000', noise } }
}

test('bombs cost nothing: 200 megapixels in a few bytes, 10,000 frames, and many frames of many pixels', async () => {
  const png = bomb(20_000, 10_000)
  expect(png.length).toBeLessThan(2_000_000)
  expect(await refusal(png)).toBe('pixels')
  expect(await refusal(tinyGif(10_000))).toBe('frames')
  expect(await refusal(await animation(400, 360).gif({ effort: 1 }).toBuffer())).toBe('pixels')
  expect((await encoded(tinyGif(3))).frames).toBe(3)
})

test('what takes too long is ended with its process, and the next picture is taken', async () => {
  const hurried = createEncoder(1, 30)
  const large = await sharp({ create: { width: 6000, height: 6000, channels: 3, background: '#123456' } })
    .png()
    .toBuffer()
  expect((await encode(large, hurried)).answer).toBe('costly')
  hurried.close()
  const patient = createEncoder(1)
  const stopping = new AbortController()
  const { job } = await encode(await halves().png().toBuffer(), patient)
  const stopped = patient.encode({ ...job, input: job.input }, stopping.signal)
  stopping.abort(new Error('enough'))
  await expect(stopped).rejects.toThrow('enough')
  expect(await patient.encode(job)).toMatchObject({ kind: 'png' })
  patient.close()
})

test('many at once are done one after the other, by no more processes than there are', async () => {
  const png = await halves().png().toBuffer()
  const answers = await Promise.all(Array.from({ length: 30 }, () => encode(png)))
  expect(answers.every(({ answer }) => typeof answer !== 'string')).toBe(true)
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ')
  expect(children.length).toBeLessThanOrEqual(4)
  expect((await stat(answers[0]!.job.picture)).size).toBeGreaterThan(0)
})
