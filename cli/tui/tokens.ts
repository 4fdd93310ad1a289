/** A piece of a line, and what the highlighter takes it for: `keyword`, `string`, …; null is nothing. */
export interface Token {
  readonly text: string
  readonly scope: string | null
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#x27': "'" }

const piece = /<span class="([\w -]*)">|(<\/span>)|([^<]+)/y

/**
 * What highlight.js has made of a text, as lines of tokens: spans with classes around escaped text, the innermost
 * counts. Null where there is anything else in it.
 */
export function tokenLines(html: string): Token[][] | null {
  const lines: Token[][] = [[]]
  const open: string[] = []
  piece.lastIndex = 0
  while (piece.lastIndex < html.length) {
    const [, classes, closing, escaped] = piece.exec(html) ?? []
    if (classes !== undefined) open.push(/^hljs-(\w+)/.exec(classes)?.[1] ?? open.at(-1) ?? '')
    else if (closing) {
      if (open.pop() === undefined) return null
    } else if (escaped === undefined) return null
    else {
      const text = escaped.replace(/&(amp|lt|gt|quot|#x27);/g, (_, name: string) => entities[name]!)
      for (const [i, one] of text.split(/\r?\n/).entries()) {
        if (i > 0) lines.push([])
        if (one !== '') lines.at(-1)!.push({ text: one, scope: open.at(-1) || null })
      }
    }
  }
  return open.length > 0 ? null : lines
}
