import { statfs } from 'node:fs/promises'

/** A database in a folder is not written to when less than this is free: its log grows in steps of 16 MB. */
const reserveBytes = 48 * 1024 * 1024

/** Whether the folder's disk has room for `more` bytes beside what the database needs to end well. */
export async function hasRoom(folder: string, more = 0): Promise<boolean> {
  const { blocks, bavail, bsize } = await statfs(folder)
  // Some file systems don't count.
  return blocks === 0 || bavail * bsize >= reserveBytes + more
}
