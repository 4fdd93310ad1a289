import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What was begun and not ended for this long is a dead process's. */
const abandonedMs = 24 * 3_600_000

/** Removes what dead processes have left half-done in a folder that several may share. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name)
    // Another may have ended it, or removed it, meanwhile.
    const age = Date.now() - ((await stat(path).catch(() => null))?.mtimeMs ?? Date.now())
    if (age > abandonedMs) await rm(path, { recursive: true, force: true })
  }
}
