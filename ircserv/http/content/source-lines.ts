const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** What steers a terminal or turns the direction of text, and shows nothing by itself. */
const invisible = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g

function nameOf(character: string): string {
  const code = character.codePointAt(0)!
  // As terminals and editors show them: ^[ is Escape.
  if (code < 0x20 || code === 0x7f) return `^${String.fromCharCode(code ^ 0x40)}`
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')} `
}

/** Control characters by their names, set apart by `<i>`; all else as it is. */
const visible = (escaped: string) =>
  escaped.replace(invisible, (characters) => `<i>${[...characters].map(nameOf).join('').trimEnd()}</i>`)

/** A text’s lines as HTML. */
export const plainLines = (text: string): string[] =>
  withoutLast(text.split(/\r?\n/).map((line) => visible(line.replace(/[&<>"]/g, (one) => entities[one]!))))

const token = /<span class="([\w -]*)">|(<\/span>)|(\r?\n)|((?:[^<\r\n]|\r(?!\n))+)/y

/**
 * The lines of what a highlighter has made of a text: escaped text in spans with a class, which may go on over several
 * lines; each line then has spans of its own. Null where there is anything else in it: nothing is trusted to be HTML.
 */
export function highlightedLines(html: string): string[] | null {
  const lines: string[] = []
  const open: string[] = []
  let line = ''
  token.lastIndex = 0
  while (token.lastIndex < html.length) {
    const [, classes, closing, end, text] = token.exec(html) ?? []
    if (classes !== undefined) {
      open.push(`<span class="${classes}">`)
      line += open.at(-1)
    } else if (closing) {
      if (open.pop() === undefined) return null
      line += '</span>'
    } else if (end) {
      lines.push(line + '</span>'.repeat(open.length))
      line = open.join('')
    } else if (text === undefined || />/.test(text)) return null
    else line += visible(text)
  }
  return open.length > 0 ? null : withoutLast([...lines, line])
}

/** The break at the end of a text ends its last line; it begins no other. */
const withoutLast = (lines: string[]) => (lines.length > 1 && lines.at(-1) === '' ? lines.slice(0, -1) : lines)
