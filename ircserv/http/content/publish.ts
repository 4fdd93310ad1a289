import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createPaste } from '@irc-now/core/content/pastes/create'
import { sniff, sniffedBytes } from '@irc-now/core/content/pictures/sniff'
import { uploadPicture } from '@irc-now/core/content/pictures/upload'
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
    const named = (most: number) => (name === null ? undefined : name.slice(0, most))
    if (sniff(head) !== null || /^image\//i.test(type)) {
      // It may have to wait for its turn before more is read; who reads it then looks after that.
      clearTimeout(timer)
      const file = new FileBody(source)
      return (await run(runtime, uploadPicture, { file, name: named(200) }, caller)) as Published
    }
    const text = textOf(await atMost(source, longestText, () => timer.refresh()))
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

async function atMost(source: Readable, most: number, heard: () => void): Promise<Buffer> {
  async function* counted() {
    let size = 0
    // Not destroyed where it is too long: that would end the connection, and the answer with it.
    for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      heard()
      size += chunk.length
      if (size > most) throw new OperationError('too_large', `A text has at most ${most} bytes; send a part of it.`)
      yield chunk
    }
  }
  return buffer(counted())
}

/** Throws where it is no text: neither that nor a picture is taken by anybody. */
function textOf(bytes: Buffer): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (text !== '' && !text.includes('\0')) return text
  } catch {
    // Said below.
  }
  throw new OperationError('invalid_input', 'This is neither a JPEG, PNG, WebP, GIF or AVIF nor a text in UTF-8.')
}
