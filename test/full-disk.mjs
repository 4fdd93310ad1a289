// Preloaded into the daemon by the full-disk test, which makes the file DISK_FULL. It holds "nearly": the file system
// tells of no room, and what is underway may still be written; or "full": nothing can be written, and nobody tells of it.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { DISK_FULL } = process.env
const exists = fs.existsSync
const read = fs.readFileSync
const state = () => (exists(DISK_FULL) ? read(DISK_FULL, 'utf8') : 'free')

for (const name of ['writeSync', 'ftruncateSync', 'writeFileSync']) {
  const real = fs[name]
  fs[name] = (file, ...rest) => {
    // Standard output and error are no files.
    if (file !== 1 && file !== 2 && state() === 'full') {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28 })
    }
    return real(file, ...rest)
  }
}
const statfs = fs.promises.statfs
fs.promises.statfs = async (...given) => {
  const told = await statfs(...given)
  if (state() === 'nearly') told.bavail = 0
  return told
}
syncBuiltinESMExports()
