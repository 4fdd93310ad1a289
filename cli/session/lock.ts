import { chmod, mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { OperationError } from '@irc-now/core/operation/errors'

const patienceMs = 60_000
const busy = 5

// The kernel keeps these locks by process, so that within this one callers line up here.
let last: Promise<unknown> = Promise.resolve()

/**
 * Runs `work` while no other process holds the folder's lock. It is one that the kernel ends with the process, whatever
 * ends the process: SQLite's, on a file that holds nothing. Throws `unavailable` when another one holds it too long.
 */
export function withLock<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const turn = last.then(() => hold(folder, work))
  last = turn.catch(() => undefined)
  return turn
}

async function hold<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const { DatabaseSync } = await import('node:sqlite')
  const path = join(folder, 'lock')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    const end = Date.now() + patienceMs
    while (!taken(lock)) {
      if (Date.now() > end)
        throw new OperationError('unavailable', 'Another irc-now has held your sign-ins for a minute; end it.')
      await delay(20)
    }
    await chmod(path, 0o600)
    return await work()
  } finally {
    lock.close()
  }
}

function taken(lock: { exec(sql: string): void }): boolean {
  try {
    lock.exec('begin exclusive')
    return true
  } catch (error) {
    if ((error as { errcode?: number }).errcode === busy) return false
    throw error
  }
}
