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
  if (text(4, 8) === 'ftyp' && /^avi[fs]/.test(text(8, 12))) return 'avif'
  return null
}
