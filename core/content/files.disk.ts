import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { storageFull } from '../operation/storage-error.ts'
import { removeAbandoned } from './abandoned.ts'
import { checkedKey, type Files, filesUnavailable } from './files.port.ts'

/** Files in a folder of this machine, readable by its owner only. */
export async function openDiskFiles(folder: string): Promise<Files> {
  const incoming = join(folder, 'incoming')
  await mkdir(incoming, { recursive: true, mode: 0o700 })
  await removeAbandoned(incoming)
  const pathOf = (key: string) => join(folder, checkedKey(key))

  return {
    async put(key, source, signal) {
      const path = pathOf(key)
      const draft = join(incoming, randomBytes(12).toString('hex'))
      try {
        const file = await open(draft, 'wx', 0o600)
        // A stream, since it takes what comes while it still writes the former.
        const written = file.createWriteStream({ flush: true })
        await pipeline('open' in source ? source.open() : source, written, { ...(signal ? { signal } : {}) })
        await mkdir(dirname(path), { recursive: true, mode: 0o700 })
        await rename(draft, path)
        return written.bytesWritten
      } catch (error) {
        await rm(draft, { force: true }).catch(() => undefined)
        throw told(error)
      }
    },
    async size(key) {
      try {
        return (await stat(pathOf(key))).size
      } catch (error) {
        if (isAbsent(error)) return null
        throw told(error)
      }
    },
    async get(key, range) {
      try {
        // Opened first, so that what is absent is known before a byte is sent, and what is deleted meanwhile still ends well.
        const file = await open(pathOf(key), 'r')
        return createReadStream('', { fd: file, ...(range ? { start: range.first, end: range.last } : {}) })
      } catch (error) {
        if (isAbsent(error)) return null
        throw told(error)
      }
    },
    async delete(key) {
      await rm(pathOf(key), { force: true }).catch((error) => {
        throw told(error)
      })
    },
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? ''
const isAbsent = (error: unknown) => codeOf(error) === 'ENOENT'

/** What the disk can't do is said in the platform's own codes; the source's own errors are left as they are. */
function told(error: unknown): unknown {
  if (['ENOSPC', 'EDQUOT'].includes(codeOf(error))) return storageFull(error)
  if (['EIO', 'EROFS', 'ENOTCONN', 'ESTALE', 'EACCES'].includes(codeOf(error))) return filesUnavailable(error)
  return error
}
