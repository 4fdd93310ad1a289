import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { Token } from './tokens.ts'

export interface HighlightJob {
  readonly text: string
  readonly language: string | null
  /** A file’s name: its ending says the language where none is said. */
  readonly name: string | null
}

/** How long loading the library and one text may take together, in milliseconds. */
const limitMs = 3000

/** From the source itself, or from what is built of it. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? './highlight-worker.ts' : './highlight-worker.js',
  import.meta.url,
)

/** The text’s lines as tokens, made in a thread that is ended afterwards; null where it is to be shown plain. */
export async function highlight(job: HighlightJob): Promise<readonly Token[][] | null> {
  const worker = new Worker(program, { env: {}, resourceLimits: { maxOldGenerationSizeMb: 128 } })
  // Neither may it keep the process, nor end it.
  worker.unref()
  worker.on('error', () => undefined)
  const late = new AbortController()
  try {
    worker.postMessage(job)
    const answer = (async () => {
      for (;;) {
        const [said] = await once(worker, 'message', { signal: late.signal })
        if (said !== 'ready') return said as Token[][] | null
      }
    })()
    const ended = once(worker, 'exit', { signal: late.signal }).then(() => null)
    return await Promise.race([answer, ended, delay(limitMs, null, { signal: late.signal, ref: false })])
  } catch {
    return null
  } finally {
    late.abort()
    void worker.terminate()
  }
}
