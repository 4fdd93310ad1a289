/** The kinds of pictures that are taken, by the ending under which they are served. */
export const pictureTypes = {
  jpg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
} as const

export type PictureKind = keyof typeof pictureTypes

/** How many bytes are enough to tell. */
export const sniffedBytes = 32

/** What a file is by its first bytes, whatever its name or anybody says; null is none of ours. */
export function sniff(head: Buffer): PictureKind | null {
  const text = (from: number, to: number) => head.subarray(from, to).toString('latin1')
  if (head.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'jpg'
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'png'
  if (/^GIF8[79]a/.test(text(0, 6))) return 'gif'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'webp'
  if (text(4, 8) === 'ftyp' && brandsOf(head).some((brand) => brand === 'avif' || brand === 'avis')) return 'avif'
  return null
}

/** What an ISO media file says it is, then what it is compatible with: an AVIF's first brand may be a general one, mif1. */
function brandsOf(head: Buffer): string[] {
  const end = Math.min(head.readUInt32BE(0), head.length, sniffedBytes)
  const brands = [head.toString('latin1', 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4))
  return brands
}
