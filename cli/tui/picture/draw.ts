import { inThread } from '../in-thread.ts'
import type { Drawing, DrawingJob } from './drawing.ts'

/** How long loading the library and one picture may take together, in milliseconds. */
const limitMs = 8000

/** From the source itself, or from what is built of it. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? './drawing-worker.ts' : './drawing-worker.js',
  import.meta.url,
)

/** The picture as this terminal draws it; null where it can’t be. */
export const draw = (job: DrawingJob) => inThread<Drawing>(program, job, limitMs)
