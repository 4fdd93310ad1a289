import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { createPaste } from '@irc-now/core/content/pastes/create'
import { sniff, sniffedBytes } from '@irc-now/core/content/pictures/sniff'
import { uploadPicture } from '@irc-now/core/content/pictures/upload'
import type { Caller } from '@irc-now/core/operation/context'
import { errorCodes, OperationError, problemOf } from '@irc-now/core/operation/errors'
import { FileBody } from '@irc-now/core/operation/file-body'
import { run } from '@irc-now/core/operation/run'
import type { Runtime } from '@irc-now/core/operation/runtime'
import { Hono } from 'hono'
import type { Logger } from 'pino'
import type { ApiBindings } from '../api.ts'
import { createRateLimit } from '../rate-limit.ts'
import { fileNameOf } from './file-name.ts'

/** A text of more bytes than this is no paste. */
const longestText = 1024 * 1024

/**
 * What IRC clients upload through soju, which has asked for their password and says who it is in `Soju-Username`: a
 * picture, or a text, which becomes a paste. Whoever knows the path is soju. Errors are sentences, for people.
 */
export function createClientUploads(deps: {
  path: string
  runtime: Runtime
  log: Logger
  rateLimit?: { burst: number; perSecond: number }
  /** A sender who is silent for so long has gone. */
  silenceMs?: number
}) {
  const { runtime, log } = deps
  const limit = createRateLimit({ ...(deps.rateLimit ?? { burst: 30, perSecond: 0.5 }), now: () => Date.now() })
  const app = new Hono<{ Bindings: ApiBindings }>()

  app.post(deps.path, async (c) => {
    const { incoming } = c.env
    try {
      const caller = await callerOf(c.req.header('soju-username') ?? '')
      limit.take(caller.accountId ?? '')
      const name = fileNameOf(c.req.header('content-disposition'))
      const url = await publish(incoming, name, c.req.header('content-type') ?? '', caller)
      return c.text(`${url}\n`, 201, { location: url })
    } catch (error) {
      const { code, message, details } = problemOf(error)
      // That the sender has gone is no failure of ours.
      if (code === 'internal' && incoming.complete) log.error({ err: error }, 'an upload failed')
      const { retryAfter } = details ?? {}
      return c.text(`${message}\n`, statusOf(code) as 400, {
        connection: 'close',
        ...(typeof retryAfter === 'number' ? { 'retry-after': String(Math.ceil(retryAfter)) } : {}),
      })
    }
  })
  return app

  /** The account of whoever signed in at a bouncer. */
  async function callerOf(username: string): Promise<Caller> {
    const bouncer = await runtime.read((store) => store.bouncers.byUsername(username))
    if (!bouncer) throw new OperationError('not_allowed', 'There is no such bouncer any more; sign in to another one.')
    return { accountId: bouncer.account_id, via: 'irc', scopes: ['pic:write', 'paste:write'] }
  }

  /** Told by its content; only where that says nothing does it count what the client calls it. */
  async function publish(source: Readable, name: string | null, type: string, caller: Caller): Promise<string> {
    const silent = new OperationError('timed_out', 'Nothing more came of the file for a while; send it again.')
    const timer = setTimeout(() => source.destroy(silent), deps.silenceMs ?? 20_000)
    try {
      const head = await headOf(source)
      const named = (most: number) => (name === null ? undefined : name.slice(0, most))
      if (sniff(head) !== null || /^image\//i.test(type)) {
        // It may have to wait for its turn before more is read; who reads it then looks after that.
        clearTimeout(timer)
        const file = new FileBody(source)
        return ((await run(runtime, uploadPicture, { file, name: named(200) }, caller)) as { url: string }).url
      }
      const text = textOf(await atMost(source, longestText, () => timer.refresh()))
      return ((await run(runtime, createPaste, { text, title: named(120) }, caller)) as { url: string }).url
    } finally {
      clearTimeout(timer)
    }
  }
}

/** For a client, a file that can't be taken is another matter than a malformed request, and a full plan is full storage. */
const statusOf = (code: keyof typeof errorCodes) =>
  code === 'invalid_input' ? 415 : code === 'quota_reached' ? errorCodes.storage_full.status : errorCodes[code].status

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
    for await (const chunk of source as AsyncIterable<Buffer>) {
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
