import { createHash } from 'node:crypto'
import { lstat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { privateFolder } from './private-files.ts'

/** A unix socket's path has room for 104 bytes on macOS, NUL included, and for 108 on Linux. */
const longestSocketPath = 100

/** The private folder for unix sockets: in the state folder, or, when that path is too long for one, a short one. */
export async function socketFolder(stateDir: string): Promise<string> {
  const own = join(stateDir, 'run')
  if (Buffer.byteLength(join(own, 'soju-01234567-admin')) <= longestSocketPath) return privateFolder(own)
  const name = `irc-now-${createHash('sha256').update(stateDir).digest('hex').slice(0, 16)}`
  const short = await privateFolder(join(tmpdir(), name))
  const owner = await lstat(short)
  if (!owner.isDirectory() || owner.uid !== process.getuid?.()) {
    throw new Error(`${short} belongs to somebody else; choose a shorter IRC_NOW_HOME.`)
  }
  return short
}

/** Where a unix socket of that name lies: in the folder itself, or, where that path is too long for one, elsewhere. */
export async function socketPath(folder: string, name: string): Promise<string> {
  const own = join(folder, name)
  return Buffer.byteLength(own) <= longestSocketPath ? own : join(await socketFolder(folder), name)
}
