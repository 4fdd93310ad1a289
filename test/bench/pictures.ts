import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEncoder } from '@irc-now/core/content/pictures/encoder'
import { pictureLimits } from '@irc-now/core/content/pictures/encoding'
import sharp from 'sharp'
import { interleaved, median, print, ratio, timed } from './harness.ts'

const atATime = 20

/** Pictures rewritten with their thumbnails against sharp alone. */
export async function benchPictures(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-bench-pictures-'))
  const at = (name: string) => join(folder, name)
  try {
    await benchThumbnails(at)
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
