import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A real file system of a few megabytes: a tmpfs in a mount namespace of its own, so that it ends with the process that
 * holds it, whatever happens. Null where this machine lets nobody have one.
 */
export async function createSmallDisk(megabytes: number) {
  const folder = await mkdtemp(join(tmpdir(), 'disk-'))
  const script = `mount -t tmpfs -o size=${megabytes}m,mode=700 tmpfs "$0" && echo mounted && exec sleep 86400`
  const flags = process.getuid?.() === 0 ? ['--mount'] : ['--mount', '--user', '--map-root-user']
  const holder = spawn('unshare', [...flags, 'sh', '-c', script, folder], { stdio: ['ignore', 'pipe', 'ignore'] })
  const remove = async () => {
    await ended(holder)
    await rm(folder, { recursive: true, force: true })
  }
  const mounted = await Promise.race([
    once(holder.stdout, 'data').then(() => true),
    once(holder, 'exit').then(() => false),
    once(holder, 'error').then(() => false),
  ])
  if (!mounted) {
    await remove()
    return null
  }
  // The way to it for this process, which stays outside.
  const seen = `/proc/${holder.pid}/root${folder}`
  const ballast = join(seen, 'ballast')
  const user = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials']
  return {
    /** Its path for what is started by the command `inside`. */
    path: folder,
    inside: ['nsenter', '--target', String(holder.pid), '--mount', ...user, '--'],
    /** The path of a name on it for this process. */
    seen: (name: string) => join(seen, name),
    read: (name: string) => readFile(join(seen, name), 'utf8'),
    /** Until not a byte more goes. */
    async fill(): Promise<void> {
      const file = await open(ballast, 'a')
      try {
        for (let size = 1024 * 1024; size >= 1; size = Math.floor(size / 2)) {
          const chunk = Buffer.alloc(size)
          try {
            for (;;) await file.appendFile(chunk)
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
          }
        }
      } finally {
        await file.close()
      }
    },
    makeRoom: () => rm(ballast, { force: true }),
    remove,
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
