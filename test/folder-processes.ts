import { readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { commandLineOf } from '@irc-now/core/provisioning/local/process-identity'

/**
 * Resolves once no process has the folder in its command line: what a daemon that was killed had started lives a moment
 * longer than it, and goes on writing there.
 */
export async function untilUnused(folder: string): Promise<void> {
  while (await isUsed(folder)) await delay(20)
}

async function isUsed(folder: string): Promise<boolean> {
  // Where there is no such folder, nobody tells of all processes.
  const pids = (await readdir('/proc').catch(() => [])).filter(
    (name) => /^\d+$/.test(name) && name !== `${process.pid}`,
  )
  const lines = await Promise.all(pids.map((pid) => commandLineOf(Number(pid))))
  return lines.some((line) => line?.includes(folder))
}
