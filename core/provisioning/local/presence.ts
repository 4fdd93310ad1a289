import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const pollMs = 25

/**
 * A mark that a process bears from its spawn to its end, whatever ends it and its parent: a named pipe that it holds
 * open, unknowing. Resolves once nobody bears it, with what the next process must inherit (and the caller close);
 * rejects when somebody still does after `patienceMs`. Two callers at once must be kept out by other means.
 */
export async function takePresence(path: string, patienceMs: number): Promise<FileHandle> {
  await makePipe(path)
  for (const end = Date.now() + patienceMs; await isPresent(path); await delay(pollMs)) {
    if (Date.now() > end) throw new Error(`a former one is still running; end whatever holds ${path} open`)
  }
  return open(path, constants.O_RDWR | constants.O_NONBLOCK)
}

/** Takes the mark's file away, unless somebody bears it. */
export async function dropPresence(path: string): Promise<void> {
  if (!(await isPresent(path).catch(() => true))) await rm(path, { force: true })
}

/** A pipe that nobody can write to any more is at its end; one that somebody could only has nothing to read. */
export async function isPresent(path: string): Promise<boolean> {
  const pipe = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const { bytesRead } = await pipe.read(Buffer.alloc(1))
    return bytesRead > 0
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return true
    throw error
  } finally {
    await pipe.close()
  }
}

async function makePipe(path: string): Promise<void> {
  const isPipe = async () => (await stat(path).catch(() => null))?.isFIFO() ?? false
  if (await isPipe()) return
  await rm(path, { force: true })
  // Node can't make one.
  await promisify(execFile)('mkfifo', ['-m', '600', path])
}
