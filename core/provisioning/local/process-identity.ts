import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

/** The command line of a living process, arguments joined by spaces; null when there is none (a zombie counts as none). */
export async function commandLineOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') {
    try {
      const text = await readFile(`/proc/${pid}/cmdline`, 'utf8')
      return text === '' ? null : text.split('\0').join(' ').trim()
    } catch {
      return null
    }
  }
  try {
    const { stdout } = await promisify(execFile)('ps', ['-ww', '-o', 'command=', '-p', String(pid)])
    const line = stdout.trim()
    return line === '' || line.endsWith('<defunct>') ? null : line
  } catch {
    return null
  }
}

export async function readPidFile(path: string): Promise<number | null> {
  try {
    const pid = Number.parseInt(await readFile(path, 'utf8'), 10)
    return Number.isSafeInteger(pid) && pid > 1 ? pid : null
  } catch {
    return null
  }
}

/**
 * Ends the process that a pid file names, when it still is ours: process ids are recycled, so it must carry `marker`
 * (a path that nobody else's command line has) among its arguments. Resolves to its pid when one was ended.
 */
export async function endOrphan(pidFile: string, marker: string, graceMs = 3000): Promise<number | null> {
  const pid = await readPidFile(pidFile)
  if (pid === null) return null
  const isOurs = async () => (await commandLineOf(pid))?.includes(marker) ?? false
  if (!(await isOurs())) return null
  signal(pid, 'SIGTERM')
  const deadline = Date.now() + graceMs
  while (await isOurs()) {
    if (Date.now() > deadline) signal(pid, 'SIGKILL')
    await delay(25)
  }
  return pid
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
