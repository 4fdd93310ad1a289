import { parentPort } from 'node:worker_threads'
import highlighter from 'highlight.js'
import type { HighlightJob } from './highlight.ts'
import { tokenLines } from './tokens.ts'

// A thread of its own, since a text can keep a highlighter busy for as long as it likes: it is ended then.
parentPort?.on('message', ({ text, language, name }: HighlightJob) => {
  const known = languageOf(language, name)
  const html = known && highlighter.highlight(text, { language: known, ignoreIllegals: true }).value
  parentPort?.postMessage(html ? tokenLines(html) : null)
})
parentPort?.postMessage('ready')

/** The language said, or the one that a file name’s ending says; null for plain text and what is not known. */
function languageOf(language: string | null, fileName: string | null): string | null {
  const [, ending] = /(?:^|[.\\/])(dockerfile|makefile|(?<=\.)[\w+#-]+)$/i.exec(fileName ?? '') ?? []
  const name = (language ?? ending ?? '').toLowerCase()
  const known = highlighter.getLanguage(name)?.name
  return known === undefined || known === 'Plain text' ? null : name
}
