import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { openDiskFiles } from '@irc-now/core/content/files.disk'
import { createEncoder } from '@irc-now/core/content/pictures/encoder'
import { pictureLimits } from '@irc-now/core/content/pictures/encoding'
import sharp from 'sharp'
import { interleaved, median, print, ratio, timed } from './harness.ts'

const megabyte = 1024 * 1024
const atATime = 20

/** Pictures rewritten with their thumbnails against sharp alone, and files that go to the disk against a bare stream. */
export async function benchPictures(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-bench-pictures-'))
  const at = (name: string) => join(folder, name)
  try {
    await benchThumbnails(at)
    await benchDisk(at, folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function benchThumbnails(at: (name: string) => string): Promise<void> {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 30 }
  const create = { width: 1600, height: 1200, channels: 3 as const, background: '#17663a', noise }
  await sharp({ create }).jpeg({ quality: 90 }).toFile(at('input'))
  const encoder = createEncoder(1)
  const side = pictureLimits.thumbnail
  const bare = async () => {
    await sharp(at('input')).autoOrient().jpeg({ quality: 88 }).toFile(at('bare'))
    const small = sharp(at('input')).autoOrient().resize({ width: side, height: side, fit: 'inside' })
    await small.webp({ quality: 75 }).toFile(at('bare.webp'))
  }
  const ours = async () => {
    const answer = await encoder.encode({ input: at('input'), picture: at('ours'), thumbnail: at('ours.webp') })
    if (typeof answer === 'string') throw new Error(answer)
  }
  const many = (work: () => Promise<void>) => () =>
    timed(async () => {
      for (let n = 0; n < atATime; n += 1) await work()
    })
  const times = await interleaved({ bare: many(bare), ours: many(ours) }, 7)
  encoder.close()
  const perSecond = (name: string) => (atATime * 1000) / median(times[name]!)
  print(
    'Pictures of 1600 × 1200 a second, one after the other in one process',
    ['who', 'pictures a second', 'against sharp alone'],
    [
      ['sharp alone: rewritten, and a thumbnail', perSecond('bare').toFixed(1), ratio(1)],
      [
        'irc.now’s process: that, told by its content, and hashed',
        perSecond('ours').toFixed(1),
        ratio(perSecond('ours') / perSecond('bare')),
      ],
    ],
  )
}

async function benchDisk(at: (name: string) => string, folder: string): Promise<void> {
  const files = await openDiskFiles(folder)
  const chunk = Buffer.alloc(64 * 1024, 7)
  const stream = (megabytes: number, look?: () => void) =>
    Readable.from(
      (function* () {
        for (let n = 0; n < megabytes * 16; n += 1) {
          look?.()
          yield chunk
        }
      })(),
      { objectMode: false, highWaterMark: 64 * 1024 },
    )
  const size = 200
  const times = await interleaved(
    {
      bare: () => timed(() => pipeline(stream(size), createWriteStream(at('bare'), { flush: true }))),
      ours: () => timed(() => files.put('things/ours', stream(size))),
    },
    7,
  )
  const before = process.memoryUsage.rss()
  let most = 0
  await files.put(
    'things/large',
    stream(1024, () => {
      most = Math.max(most, process.memoryUsage.rss() - before)
    }),
  )
  const perSecond = (name: string) => (size * 1000) / median(times[name]!)
  print(
    'A file of 200 MB to the disk, synced',
    ['who', 'MB a second', 'against the bare stream'],
    [
      ['a bare stream', perSecond('bare').toFixed(0), ratio(1)],
      ['the files port', perSecond('ours').toFixed(0), ratio(perSecond('ours') / perSecond('bare'))],
    ],
  )
  console.log(`\nWhile 1 GB goes through, the process grows by ${(most / megabyte).toFixed(0)} MB at most.`)
}
