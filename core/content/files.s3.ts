import { PassThrough, type Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { OperationError } from '../operation/errors.ts'
import { storageFull } from '../operation/storage-error.ts'
import { checkedKey, type Files, filesUnavailable, type Source } from './files.port.ts'

export interface S3Settings {
  /** `https://s3.example.org`, or null for Amazon's own. */
  readonly endpoint: string | null
  readonly bucket: string
  readonly region: string
}

/** A large file travels in parts of this size, so many at once; that is all of it that is ever in memory. */
const partBytes = 8 * 1024 * 1024
const partsAtOnce = 2

/** What goes wrong is told by errors; the SDK would say some of it on standard error too. */
const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} }

const sockets = { keepAlive: true, maxSockets: 1000 }

/** How long an answer may take; what sends a lot has its time for that besides, at 256 KB a second. */
const requestMs = 30_000
const slowestBytesPerMs = 256
/** For so long it is tried again. */
const triesMs = 1000

type Opened = Exclude<Source, Readable>

/** Whoever looks at something doesn't wait for a silent server as long as an upload may. */
const reading = { requestTimeout: 5000 }

/** Files in a bucket of S3 or what speaks like it. Whoever signs in there comes by the SDK's own environment. */
export function openS3Files({ endpoint, bucket, region }: S3Settings): Files & { close(): void } {
  const client = new S3Client({
    region,
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: 3,
    logger: silent,
    requestHandler: {
      connectionTimeout: 3000,
      // Until the answer begins; what goes on after that may take its time, but not stand still.
      requestTimeout: requestMs,
      throwOnRequestTimeout: true,
      socketTimeout: 30_000,
      // Slow readers have one each; with the SDK's own 50 a few of them would keep everybody else waiting.
      httpAgent: sockets,
      httpsAgent: sockets,
    },
  })
  const at = (key: string) => ({ Bucket: bucket, Key: checkedKey(key) })

  /** What an upload had sent that could not take it back, because the server was away. */
  async function abandonParts(key: string): Promise<void> {
    const asked = { Bucket: bucket, Prefix: checkedKey(key) }
    const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand(asked)).catch((error: Error) => {
      // Where one may not ask, or can’t, the bucket’s own rules have to see to it.
      if (['AccessDenied', 'NotImplemented', 'MethodNotAllowed', 'NoSuchUpload'].includes(error.name))
        return { Uploads: [] }
      throw told(error)
    })
    for (const { UploadId } of Uploads.filter(({ Key }) => Key === key))
      await orNull(client.send(new AbortMultipartUploadCommand({ ...at(key), UploadId })))
  }

  /** What is known beforehand goes in one piece, which is there as a whole or not at all, and costs no server a second copy. */
  async function putWhole(key: string, source: Opened, signal?: AbortSignal): Promise<number> {
    const { bytes } = source
    const requestTimeout = requestMs + bytes / slowestBytesPerMs
    const begun = performance.now()
    for (;;) {
      signal?.throwIfAborted()
      const opened = source.open()
      const broken = new AbortController()
      opened.on('error', (error) => broken.abort(error))
      // The SDK passes a stream's error on to one of its own that nobody hears, which would end the process.
      const body = opened.pipe(new PassThrough({ highWaterMark: 256 * 1024 }))
      const abortSignal = AbortSignal.any([broken.signal, ...(signal ? [signal] : [])])
      try {
        const command = new PutObjectCommand({ ...at(key), Body: body, ContentLength: bytes })
        await client.send(command, { abortSignal, requestTimeout })
        return bytes
      } catch (error) {
        if (abortSignal.aborted) throw abortSignal.reason
        const problem = told(error)
        // The SDK itself can’t send a stream again.
        const { code } = problem as { code?: string }
        if (code !== 'unavailable' || performance.now() - begun > triesMs) throw problem
        await delay(200)
      } finally {
        opened.destroy()
        body.destroy()
      }
    }
  }

  async function putParts(key: string, source: Readable, signal?: AbortSignal): Promise<number> {
    // Ended by its source, the SDK takes back the parts it has sent before it answers; by its own abort it does not.
    const upload = new Upload({
      client,
      params: { ...at(key), Body: source },
      partSize: partBytes,
      queueSize: partsAtOnce,
    })
    let size = 0
    let broken: unknown
    upload.on('httpUploadProgress', ({ loaded }) => {
      size = loaded ?? size
    })
    const abort = () => void source.destroy(signal?.reason)
    signal?.addEventListener('abort', abort, { once: true })
    source.on('error', (error) => {
      // The SDK itself stops a source so.
      if ((error as NodeJS.ErrnoException).code !== 'ABORT_ERR') broken = error
    })
    try {
      signal?.throwIfAborted()
      await upload.done()
      return size
    } catch (error) {
      source.destroy()
      if (signal?.aborted) throw signal.reason
      throw broken ?? told(error)
    } finally {
      signal?.removeEventListener('abort', abort)
    }
  }

  return {
    put: (key, source, signal) => ('open' in source ? putWhole(key, source, signal) : putParts(key, source, signal)),
    async size(key) {
      const head = await orNull(client.send(new HeadObjectCommand(at(key)), reading))
      return head && (head.ContentLength ?? 0)
    },
    async get(key, range) {
      const command = new GetObjectCommand({
        ...at(key),
        ...(range ? { Range: `bytes=${range.first}-${range.last}` } : {}),
      })
      const found = await orNull(client.send(command, reading))
      return found && (found.Body as Readable)
    },
    async delete(key) {
      await orNull(client.send(new DeleteObjectCommand(at(key))))
      await abandonParts(key)
    },
    close: () => client.destroy(),
  }
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (['NoSuchKey', 'NotFound', 'NoSuchUpload'].includes((error as Error).name)) return null
    throw told(error)
  }
}

/** What the server can't do is said in the platform's own codes. */
function told(error: unknown): unknown {
  if (error instanceof OperationError) return error
  const { name, $metadata } = error as { name: string; $metadata?: { httpStatusCode?: number } }
  if ($metadata?.httpStatusCode === 507 || /StorageFull|QuotaExceeded/.test(name)) return storageFull(error)
  return filesUnavailable(error)
}
