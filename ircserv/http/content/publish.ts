import type { Readable } from 'node:stream'
import { createPaste } from '@irc-now/core/content/pastes/create'
import { sniff, sniffedBytes } from '@irc-now/core/content/pictures/sniff'
import { uploadPicture } from '@irc-now/core/content/pictures/upload'
import { fileNameFor } from '@irc-now/core/operation/body'
import type { Caller } from '@irc-now/core/operation/context'
import { OperationError } from '@irc-now/core/operation/errors'
import { FileBody } from '@irc-now/core/operation/file-body'
import { run } from '@irc-now/core/operation/run'
import type { Runtime } from '@irc-now/core/operation/runtime'

/** A text of more bytes than this is no paste. */
const longestText = 1024 * 1024

export interface Upload {
  readonly source: Readable
  readonly name: string | null
  /** What the sender calls it. */
  readonly type: string
}

export interface Published {
  readonly url: string
  /** Of a picture. */
  readonly thumbnailUrl?: string
}

/**
 * Publishes what somebody sends, as a picture or as a paste. Told by its content; only where that says nothing does it
 * count what the sender calls it. A sender who is silent for `silenceMs` has gone.
 */
export async function publish(
  runtime: Runtime,
  { source, name, type }: Upload,
  caller: Caller,
  silenceMs = 20_000,
): Promise<Published> {
  const silent = new OperationError('timed_out', 'Nothing more came of the file for a while; send it again.')
  const timer = setTimeout(() => source.destroy(silent), silenceMs)
  try {
    const head = await headOf(source)
    const named = (longest: number) => (name === null ? undefined : fileNameFor(longest, name))
    if (sniff(head) !== null || /^image\//i.test(type)) {
      // It may have to wait for its turn before more is read; who reads it then looks after that.
      clearTimeout(timer)
      const file = new FileBody(source)
      return (await run(runtime, uploadPicture, { file, name: named(200) }, caller)) as Published
    }
    const text = await textOf(source, () => timer.refresh())
    return (await run(runtime, createPaste, { text, title: named(120) }, caller)) as Published
  } finally {
    clearTimeout(timer)
  }
}

/** The first bytes, which stay in the stream. */
function headOf(source: Readable): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  // Fewer than asked for come only at the end.
  const look = () => {
    const head: Buffer | null = source.read(sniffedBytes)
    if (head === null) return
    source.off('readable', look)
    source.unshift(head)
    resolve(head)
  }
  const ended = () => resolve(Buffer.alloc(0))
  source.on('readable', look).on('end', ended).on('error', reject)
  return promise.finally(() => source.off('readable', look).off('end', ended).off('error', reject))
}

/**
 * All that comes, as text. Throws as soon as it is none, since neither that nor a picture is taken by anybody, or is too
 * much; what is left in the stream is then still to be read.
 */
async function textOf(source: Readable, heard: () => void): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let text = ''
  let size = 0
  // Not destroyed where it is refused: that would end the connection, and the answer with it.
  for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    heard()
    size += chunk.length
    text += decoded(decoder, chunk)
    if (size > longestText)
      throw new OperationError('too_large', `A text has at most ${longestText} bytes; send a part of it.`)
  }
  text += decoded(decoder)
  if (text === '') throw noText()
  return text
}

/** What a piece says; without one, what is left of a character must be nothing. */
function decoded(decoder: TextDecoder, chunk?: Buffer): string {
  if (chunk?.includes(0)) throw noText()
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined })
  } catch (cause) {
    throw noText(cause)
  }
}

const noText = (cause?: unknown) =>
  new OperationError('invalid_input', 'This is neither a JPEG, PNG, WebP, GIF or AVIF nor a text in UTF-8.', { cause })
