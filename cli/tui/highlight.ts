import { inThread } from './in-thread.ts'
import type { Token } from './tokens.ts'

export interface HighlightJob {
  readonly text: string
  readonly language: string | null
  /** A file’s name: its ending says the language where none is said. */
  readonly name: string | null
}

/** How long loading the library and one text may take together, in milliseconds. */
const limitMs = 10_000

/** From the source itself, or from what is built of it. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? './highlight-worker.ts' : './highlight-worker.js',
  import.meta.url,
)

/** The text’s lines as tokens; null where it is to be shown plain. */
export const highlight = (job: HighlightJob) => inThread<readonly Token[][]>(program, job, limitMs)
