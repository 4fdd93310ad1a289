import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Programs } from './program.ts'
import { findPrograms } from './programs.ts'

/** soju and ergo for tests, found as a daemon would. */
export function testPrograms(): Promise<Programs> {
  const { IRC_NOW_SOJU, IRC_NOW_ERGO, PATH, XDG_CACHE_HOME } = process.env
  return findPrograms({
    soju: IRC_NOW_SOJU,
    ergo: IRC_NOW_ERGO,
    path: PATH ?? '',
    cacheDir: XDG_CACHE_HOME || join(homedir(), '.cache'),
    progress: () => {},
  })
}
