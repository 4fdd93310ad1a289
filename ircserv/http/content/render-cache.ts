/** Keeps what was asked for last, as long as all of it has at most `most` characters; what is by itself over half of that is not kept. */
export function createRenderCache(most = 24 * 1024 * 1024) {
  const kept = new Map<string, string>()
  let size = 0
  return {
    get(key: string): string | undefined {
      const text = kept.get(key)
      if (text === undefined) return undefined
      kept.delete(key)
      kept.set(key, text)
      return text
    },
    set(key: string, text: string): void {
      if (text.length > most / 2 || kept.has(key)) return
      kept.set(key, text)
      size += text.length
      for (const [oldest, { length }] of kept) {
        if (size <= most) return
        kept.delete(oldest)
        size -= length
      }
    },
  }
}
