// A process of its own, because what it reads is written by anybody: whatever a file makes of it, the daemon lives on.
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import sharp, { type Sharp } from 'sharp'
import { type EncodedPicture, type EncodingAnswer, type EncodingJob, pictureLimits, type Refusal } from './encoding.ts'
import { type PictureKind, sniff, sniffedBytes } from './sniff.ts'

// Nothing but what is asked for is ever read, whatever libvips has been built with.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif', 'Heif'].map((loader) => `VipsForeignLoad${loader}File`),
})
sharp.cache(false)

class Refused extends Error {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super(refusal)
    this.refusal = refusal
  }
}

const reading = { limitInputPixels: pictureLimits.pixels, failOn: 'error', unlimited: false } as const
/** sharp ends its own work by this; the process is ended a little later, if that doesn't help. */
const timeout = { seconds: Math.ceil(pictureLimits.timeMs / 1000) }

const formats: Readonly<Record<PictureKind, string>> = {
  jpg: 'jpeg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  avif: 'heif',
}

async function encode({ input, picture, thumbnail }: EncodingJob): Promise<EncodedPicture> {
  const kind = await kindOf(input)
  const seen = await sharp(input, { ...reading, animated: true }).metadata()
  if (seen.format !== formats[kind]) throw new Refused('unknown')
  const frames = kind === 'gif' || kind === 'webp' ? (seen.pages ?? 1) : 1
  if (frames > pictureLimits.frames) throw new Refused('frames')
  if (seen.width * (seen.pageHeight ?? seen.height) * frames > pictureLimits.pixels) throw new Refused('pixels')
  // What is written has nothing of the file but its pixels: no place, no camera, no other file behind the picture.
  const whole = sharp(input, { ...reading, animated: frames > 1 }).timeout(timeout)
  const upright = frames > 1 ? whole : whole.autoOrient()
  const written = await as(kind, upright, seen.isPalette === true).toFile(picture)
  const small = await sharp(input, { ...reading, pages: 1 })
    .timeout(timeout)
    .autoOrient()
    .resize({
      width: pictureLimits.thumbnail,
      height: pictureLimits.thumbnail,
      fit: 'inside',
      withoutEnlargement: true,
    })
    .webp({ quality: 75 })
    .toFile(thumbnail)
  const hash = createHash('sha256')
  await pipeline(createReadStream(picture), hash)
  return {
    kind,
    width: written.width,
    height: written.pageHeight ?? written.height,
    frames,
    bytes: written.size,
    thumbnailBytes: small.size,
    hash: hash.digest('hex'),
  }
}

async function kindOf(input: string): Promise<PictureKind> {
  const file = await open(input, 'r')
  try {
    const head = Buffer.alloc(sniffedBytes)
    await file.read(head, 0, sniffedBytes, 0)
    const kind = sniff(head)
    if (kind === null) throw new Refused('unknown')
    return kind
  } finally {
    await file.close()
  }
}

/** In the same format as it came in; without loss where that has none. */
function as(kind: PictureKind, image: Sharp, palette: boolean): Sharp {
  if (kind === 'jpg') return image.jpeg({ quality: 88 })
  if (kind === 'png') return image.png(palette ? { palette: true, quality: 100, effort: 3 } : { compressionLevel: 7 })
  if (kind === 'webp') return image.webp({ quality: 88, effort: 3 })
  if (kind === 'gif') return image.gif({ effort: 3 })
  return image.avif({ quality: 60, effort: 2 })
}

function answerOf(error: unknown): EncodingAnswer {
  if (error instanceof Refused) return { refusal: error.refusal }
  const { message, code } = error as NodeJS.ErrnoException
  // The disk's own troubles are no fault of the picture.
  if (/ENOSPC|No space left/.test(`${code} ${message}`)) return { failure: 'ENOSPC' }
  if (/exceeds pixel limit/.test(message)) return { refusal: 'pixels' }
  if (/timeout/i.test(message)) return { refusal: 'costly' }
  return { refusal: 'broken' }
}

process.on('message', (job: EncodingJob) => {
  encode(job).then(
    (picture) => process.send?.({ picture } satisfies EncodingAnswer),
    (error) => process.send?.(answerOf(error)),
  )
})
process.on('disconnect', () => process.exit(0))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined)
setInterval(() => {
  if (process.memoryUsage.rss() > pictureLimits.memoryBytes) process.exit(3)
}, 50).unref()
