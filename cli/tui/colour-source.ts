import { styleText } from 'node:util'
import { safe } from '../print/text.ts'
import { highlight } from './highlight.ts'
import type { DetailPane } from './pane.ts'
import type { Token } from './tokens.ts'

/** So many characters of a text are shown, and so looked at. */
export const longest = 5000

type Format = 'magenta' | 'cyan' | 'yellow' | 'green' | 'red' | 'blue' | 'gray'

const scopes: Readonly<Record<Format, string>> = {
  magenta: 'keyword bullet',
  yellow: 'literal number variable symbol',
  green: 'string regexp addition',
  red: 'deletion',
  gray: 'comment quote meta doctag',
  cyan: 'built_in type attr attribute',
  blue: 'title section name',
}
const formats = new Map(
  Object.entries(scopes).flatMap(([format, names]) => names.split(' ').map((name) => [name, format as Format])),
)

/** Asks for the colours of a text that is shown, once; it is there without them until they come. */
export function colourSource(pane: DetailPane, changed: () => void): void {
  const { source } = pane.marks
  const text = source && pane.value?.[source.text]
  if (!source || typeof text !== 'string' || process.env.NO_COLOR) return
  const said = (field: string | null) => {
    const value = field === null ? null : pane.value?.[field]
    return typeof value === 'string' ? value : null
  }
  const job = {
    text: text.slice(0, longest).toWellFormed(),
    language: said(source.language),
    name: said(source.fileName),
  }
  const of = JSON.stringify(job)
  if (pane.coloured?.of === of) return
  pane.coloured = { of, lines: null }
  if (job.language === null && job.name === null) return
  void highlight(job).then((lines) => {
    if (pane.coloured?.of !== of) return
    pane.coloured = { of, lines }
    changed()
  })
}

/** A line for the terminal: nothing in it steers it but the colours. */
export const colouredLine = (tokens: readonly Token[]) =>
  tokens
    .map(({ text, scope }) => {
      const shown = safe(text.replaceAll('\t', '    '))
      const format = formats.get(scope ?? '')
      return format === undefined ? shown : styleText(format, shown, { validateStream: false })
    })
    .join('')
