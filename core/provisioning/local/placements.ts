import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { privateFolder, readTextFile, writePrivateFile } from './private-files.ts'
import type { UserColumns } from './soju-data.ts'

/** Which soju has a bouncer: the one for all, or one of its own. */
export type Side = 'shared' | 'dedicated'

export const otherSide = (side: Side): Side => (side === 'shared' ? 'dedicated' : 'shared')

/**
 * Where a bouncer's data is. What is on `side` is the truth, whatever is on the other one; written whole or not at all, it
 * is what decides on which side a move ends that was cut short.
 */
export interface Placement {
  readonly side: Side
  /** How far a move has come; null when there is none, so that nothing is on the other side. */
  readonly move: 'copying' | 'switched' | null
  /** What is known of the user while soju has none. */
  readonly user: UserColumns | null
  /** When a move failed last, and how often: it is not tried again at once, since each time ends connections. */
  readonly failed: { readonly at: number; readonly times: number } | null
}

export const atHome: Placement = { side: 'shared', move: null, user: null, failed: null }

/** A file for each bouncer that is, or was, somewhere else than on the shared soju. */
export async function openPlacements(stateDir: string) {
  const folder = await privateFolder(join(stateDir, 'placements'))
  const known = new Map<string, Placement>()
  for (const name of await readdir(folder)) {
    if (!name.endsWith('.json')) continue
    known.set(name.slice(0, -'.json'.length), JSON.parse((await readTextFile(join(folder, name)))!) as Placement)
  }
  return {
    of: (username: string): Placement => known.get(username) ?? atHome,
    /** Those that are not simply on the shared soju. */
    usernames: () => [...known.keys()],
    async write(username: string, placement: Placement): Promise<void> {
      await writePrivateFile(join(folder, `${username}.json`), JSON.stringify(placement))
      known.set(username, placement)
    },
    async remove(username: string): Promise<void> {
      await rm(join(folder, `${username}.json`), { force: true })
      known.delete(username)
    },
  }
}

export type Placements = Awaited<ReturnType<typeof openPlacements>>
