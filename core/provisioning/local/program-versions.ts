import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export const oldestSoju = '0.9'
export const oldestErgo = '2.15'

const run = promisify(execFile)

/** The version that ergo tells, when it is new enough; null also for a program that is not ergo. */
export async function ergoVersion(path: string, libraryPath?: string): Promise<string | null> {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 10_000, env: programEnvironment(libraryPath) })
    const version = /^ergo-v?(\d+\.\d+[\w.+-]*)/m.exec(stdout)?.[1]
    return version && isAtLeast(version, oldestErgo) ? version : null
  } catch {
    return null
  }
}

/**
 * soju tells no version. Whether it is new enough shows in what it makes of a configuration that older ones do not
 * know (`auth http` came with 0.9): it gets as far as a listener that cannot work and ends there.
 */
export async function sojuVersion(path: string, libraryPath?: string): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-soju-'))
  try {
    const config = join(folder, 'probe.conf')
    await writeFile(config, 'db sqlite3 probe.db\nauth http http://127.0.0.1:1/\nlisten probe://nowhere\n')
    const env = programEnvironment(libraryPath)
    const output = await run(path, ['-config', config], { cwd: folder, timeout: 10_000, env }).then(
      ({ stderr }) => stderr,
      (error: { stderr?: string }) => error.stderr ?? '',
    )
    return output.includes('unsupported scheme') ? `${oldestSoju} or later` : null
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export function programEnvironment(libraryPath?: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '', LC_ALL: 'C', ...(libraryPath ? { LD_LIBRARY_PATH: libraryPath } : {}) }
}

/** Compares dotted numbers; a Debian epoch or revision, or whatever else follows, does not count. */
export function isAtLeast(version: string, oldest: string): boolean {
  const numbers = (text: string) => (/^(?:\d+:)?([\d.]+)/.exec(text)?.[1] ?? '0').split('.').map(Number)
  const [have, want] = [numbers(version), numbers(oldest)]
  for (let index = 0; index < want.length; index++) {
    const difference = (have[index] ?? 0) - want[index]!
    if (difference !== 0) return difference > 0
  }
  return true
}
