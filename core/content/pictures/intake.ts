import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { OperationError } from '../../operation/errors.ts'
import type { FileBody } from '../../operation/file-body.ts'
import type { Runtime } from '../../operation/runtime.ts'
import { storageFull } from '../../operation/storage-error.ts'
import { removeAbandoned } from '../abandoned.ts'
import type { Files } from '../files.port.ts'
import { unusedMs } from '../sweep-files.ts'
import type { Encoder } from './encoder.ts'
import type { EncodedPicture, Refusal } from './encoding.ts'
import { pictureLimits } from './encoding.ts'
import { largestUpload } from './picture.ts'
import { pictureKeys } from './picture-store.ts'
import type { PictureIntake } from './taken-picture.ts'
import { createUploadRooms, type UploadRoom } from './upload-room.ts'

/** Of one account, so many are received at a time; the others, up to so many, wait unread. */
const atOnce = 4
const waitingAtMost = 200
/** A sender who is silent for so long has gone. */
const silenceMs = 20_000

const refusals: Readonly<Record<Refusal, readonly ['invalid_input' | 'too_large', string]>> = {
  unknown: ['invalid_input', 'This is no JPEG, PNG, WebP, GIF or AVIF; save it as one of these.'],
  broken: ['invalid_input', 'The picture is damaged, or ends too early; save it again.'],
  pixels: [
    'too_large',
    `A picture has at most ${pictureLimits.pixels / 1e6} megapixels, all frames together; make it smaller.`,
  ],
  frames: ['too_large', `A picture has at most ${pictureLimits.frames} frames; leave some out.`],
  costly: ['too_large', 'The picture takes too much time or memory to read; make it smaller.'],
}

export function createPictureIntake(deps: {
  readonly files: Files
  readonly encoder: Encoder
  /** Where uploads lie while they are worked on. */
  readonly folder: string
  readonly runtime: Pick<Runtime, 'transaction' | 'now' | 'random' | 'hasRoom'>
  readonly silenceMs?: number
}): PictureIntake {
  const { files, encoder, folder, runtime } = deps
  const rooms = createUploadRooms(runtime.hasRoom)
  const turns = createTurns(atOnce, waitingAtMost)

  async function store(
    picture: EncodedPicture,
    paths: Record<'picture' | 'thumbnail', string>,
  ): Promise<string | null> {
    const file = `${picture.hash}-${runtime.random(8).toString('hex')}`
    const keys = pictureKeys(file)
    const due = new Date(runtime.now().getTime() + unusedMs)
    const there = await runtime.transaction(async (stores) => {
      const known = await stores.pictures.touchFile(picture.hash, runtime.now())
      // Noted before anything is written: if this ends half-way, the sweep knows of it.
      if (!known) await stores.strays.add(keys, due)
      return known
    })
    if (there) return null
    await files.put(keys[0], { bytes: picture.bytes, open: () => createReadStream(paths.picture) })
    await files.put(keys[1], { bytes: picture.thumbnailBytes, open: () => createReadStream(paths.thumbnail) })
    return file
  }

  let cleared: Promise<void> | undefined
  return {
    take: (body, { accountId, keep }) =>
      turns(accountId, async () => {
        if (body.size !== null && body.size > largestUpload) throw tooLarge()
        await mkdir(folder, { recursive: true, mode: 0o700 })
        cleared ??= removeAbandoned(folder)
        await cleared
        const room = rooms()
        const place = await mkdtemp(join(folder, 'upload-'))
        const at = (name: string) => join(place, name)
        const paths = { input: at('input'), picture: at('picture'), thumbnail: at('thumbnail') }
        try {
          await receive(body, paths.input, { room, patienceMs: deps.silenceMs ?? silenceMs })
          const picture = await encoder.encode(paths)
          if (typeof picture === 'string') {
            const [code, message] = refusals[picture]
            throw new OperationError(code, message, { field: 'file' })
          }
          return { ...picture, digest: picture.hash, file: keep ? await store(picture, paths) : null }
        } finally {
          room.free()
          await rm(place, { recursive: true, force: true })
        }
      }),
  }
}

const tooLarge = () =>
  new OperationError('too_large', `A file has at most ${largestUpload / 1024 / 1024} MB; make it smaller.`, {
    field: 'file',
  })

/** How often the disk is looked at while something comes. */
const stepBytes = 2 * 1024 * 1024

/** Whoever gave the stream has what is left of it, where the file is refused before its end. */
async function receive(
  { stream, size: said }: FileBody,
  path: string,
  { room, patienceMs }: { room: UploadRoom; patienceMs: number },
): Promise<void> {
  await room.need(said ?? stepBytes)
  const file = await open(path, 'wx', 0o600)
  let isSilent = false
  const timer = setTimeout(() => {
    isSilent = true
    stream.destroy()
  }, patienceMs)
  let size = 0
  async function* counted(): AsyncGenerator<Buffer> {
    // Not destroyed where it is refused: with a request that would end the connection, and the answer with it.
    for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      timer.refresh()
      const step = Math.floor(size / stepBytes)
      size += chunk.length
      if (size > largestUpload) throw tooLarge()
      if (Math.floor(size / stepBytes) > step) await room.need(size + stepBytes)
      yield chunk
    }
  }
  try {
    await pipeline(counted, file.createWriteStream())
  } catch (error) {
    if (isSilent)
      throw new OperationError('timed_out', 'Nothing more came of the file for a while; send it again.', {
        cause: error,
      })
    if (['ENOSPC', 'EDQUOT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw storageFull(error)
    if (error instanceof OperationError) throw error
    throw new OperationError('invalid_input', 'The file broke off; send it again.', { field: 'file', cause: error })
  } finally {
    clearTimeout(timer)
    // Closed by its stream, unless that has not come to it.
    await file.close().catch(() => undefined)
  }
  if (size === 0) throw new OperationError('invalid_input', 'file is missing; send one.', { field: 'file' })
}

/** Of one key, at most `most` at a time, and as many waiting as are said. */
function createTurns(most: number, waitingAtMost: number) {
  const waiting = new Map<string, { running: number; queue: (() => void)[] }>()
  return async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const line = waiting.get(key) ?? { running: 0, queue: [] }
    waiting.set(key, line)
    if (line.queue.length >= waitingAtMost)
      throw new OperationError('rate_limited', 'Too many of your uploads are underway; wait until some are done.')
    if (line.running < most) line.running += 1
    else await new Promise<void>((resolve) => line.queue.push(resolve))
    try {
      return await work()
    } finally {
      // Whoever is next takes this place.
      const next = line.queue.shift()
      if (next) next()
      else {
        line.running -= 1
        if (line.running === 0) waiting.delete(key)
      }
    }
  }
}
