import type { ByteRange } from '@irc-now/core/content/files.port'

/**
 * The one range that a request asks for of `size` bytes; null where it asks for all, or in a way that may be passed over
 * (several ranges, other units); `outside` where nothing of it is there.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'outside' | null {
  const [, from = '', to = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? []
  if (from === '' && to === '') return null
  if (from === '') {
    const last = Number(to)
    return last === 0 || size === 0 ? 'outside' : { first: Math.max(0, size - last), last: size - 1 }
  }
  const first = Number(from)
  if (to !== '' && Number(to) < first) return null
  return first >= size ? 'outside' : { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) }
}
