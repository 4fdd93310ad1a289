import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'
import { fetchPrograms, isDebianFamily } from './fetched-programs.ts'
import { type Program, ProgramMissing, type Programs } from './program.ts'
import { ergoVersion, oldestErgo, oldestSoju, sojuVersion } from './program-versions.ts'

export interface FindProgramsOptions {
  /** `IRC_NOW_SOJU` and `IRC_NOW_ERGO`. */
  readonly soju?: string | undefined
  readonly ergo?: string | undefined
  /** `PATH`. */
  readonly path: string
  /** `XDG_CACHE_HOME`, or `~/.cache`. */
  readonly cacheDir: string
  readonly progress: (step: string) => void
}

/** Finds soju and ergo: as told, else on PATH, else, on Debian and Ubuntu, fetched into the cache folder. */
export async function findPrograms(options: FindProgramsOptions): Promise<Programs> {
  const soju =
    (await asTold(options.soju, 'IRC_NOW_SOJU', sojuVersion, oldestSoju)) ??
    (await onPath(['soju'], options.path, sojuVersion))
  const ergo =
    (await asTold(options.ergo, 'IRC_NOW_ERGO', ergoVersion, oldestErgo)) ??
    (await onPath(['ergo', 'ergochat'], options.path, ergoVersion))
  if (soju && ergo) return { soju, ergo }
  if (!(await isDebianFamily())) {
    throw new ProgramMissing(
      `${soju ? 'ergo is' : ergo ? 'soju is' : 'soju and ergo are'} missing; install soju ${oldestSoju} or later ` +
        `(https://soju.im) and ergo ${oldestErgo} or later (https://ergo.chat), and put them on PATH or set IRC_NOW_SOJU and IRC_NOW_ERGO to their programs.`,
    )
  }
  const fetched = await fetchPrograms(options)
  return { soju: soju ?? fetched.soju, ergo: ergo ?? fetched.ergo }
}

type ReadVersion = (path: string) => Promise<string | null>

async function asTold(
  path: string | undefined,
  setting: string,
  version: ReadVersion,
  oldest: string,
): Promise<Program | null> {
  if (!path) return null
  if (!isAbsolute(path)) throw new ProgramMissing(`${setting} is ${path}; set it to an absolute path.`)
  if (!(await isExecutable(path)))
    throw new ProgramMissing(`${setting} is ${path}, which is not a program; correct it.`)
  const found = await version(path)
  if (!found) throw new ProgramMissing(`${setting} is ${path}, which is not version ${oldest} or later; update it.`)
  return { path, version: found }
}

/** The first one on PATH that is new enough: an older one is passed over, a newer can be fetched. */
async function onPath(names: readonly string[], path: string, version: ReadVersion): Promise<Program | null> {
  for (const folder of path.split(delimiter).filter(isAbsolute)) {
    for (const name of names) {
      const candidate = join(folder, name)
      if (!(await isExecutable(candidate))) continue
      const found = await version(candidate)
      if (found) return { path: candidate, version: found }
    }
  }
  return null
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}
