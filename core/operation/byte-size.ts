const units = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** A size as people read it, in steps of 1024: `1 byte`, `12 bytes`, `300 kB`, `1 MB`, `1.5 GB`. */
export function byteSize(bytes: number): string {
  let size = bytes
  let unit = 0
  // Rounded, 1023.96 kB would be “1024 kB”.
  while (unit < units.length - 1 && (unit === 0 ? size >= 1000 : size >= 1023.95)) {
    size /= 1024
    unit += 1
  }
  if (bytes === 1) return '1 byte'
  return `${unit === 0 ? size : Math.round(size * 10) / 10} ${units[unit]}`
}
