import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Drawing, DrawingJob } from './drawing.ts'

/** How long loading the library and one picture may take together, in milliseconds. */
const limitMs = 8000

/** From the source itself, or from what is built of it. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? './drawing-worker.ts' : './drawing-worker.js',
  import.meta.url,
)

/** The picture as this terminal draws it, made in a thread that is ended afterwards; null where it can’t be. */
export async function draw(job: DrawingJob): Promise<Drawing | null> {
  const worker = new Worker(program, { env: {}, resourceLimits: { maxOldGenerationSizeMb: 128 } })
  // Neither may it keep the process, nor end it.
  worker.unref()
  worker.on('error', () => undefined)
  const late = new AbortController()
  try {
    worker.postMessage(job)
    const { signal } = late
    const answer = once(worker, 'message', { signal }).then(([drawing]) => drawing as Drawing | null)
    const ended = once(worker, 'exit', { signal }).then(() => null)
    return await Promise.race([answer, ended, delay(limitMs, null, { signal, ref: false })])
  } catch {
    return null
  } finally {
    late.abort()
    void worker.terminate()
  }
}
