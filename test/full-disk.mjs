// Preloaded into the daemon by the full-disk test: while the file DISK_FULL exists, nothing more can be written to
// files, as on a full disk. It holds what the file system tells of its room meanwhile: "told", or "silent" as with a quota.
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

const { DISK_FULL } = process.env
const exists = fs.existsSync
const read = fs.readFileSync

for (const name of ['writeSync', 'ftruncateSync', 'writeFileSync']) {
  const real = fs[name]
  fs[name] = (file, ...rest) => {
    // Standard output and error are no files.
    if (file !== 1 && file !== 2 && exists(DISK_FULL)) {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', errno: -28 })
    }
    return real(file, ...rest)
  }
}
const statfs = fs.promises.statfs
fs.promises.statfs = async (...given) => {
  const told = await statfs(...given)
  if (exists(DISK_FULL) && read(DISK_FULL, 'utf8') === 'told') told.bavail = 0
  return told
}
syncBuiltinESMExports()
