const mebibyte = 1024 * 1024

/** A size as people read it: `12 bytes`, `300 kB`, `1 MiB`, `1.5 MiB`. */
export function byteSize(bytes: number): string {
  const rounded = (size: number) => String(Math.round(size * 10) / 10)
  if (bytes >= mebibyte) return `${rounded(bytes / mebibyte)} MiB`
  return bytes >= 1000 ? `${rounded(bytes / 1000)} kB` : `${bytes} bytes`
}
