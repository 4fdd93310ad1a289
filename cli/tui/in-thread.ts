import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

/**
 * What `program` answers to a job, made in a thread that is ended afterwards; null where it fails, or takes longer than
 * `limitMs`, its loading included. That it is `ready` is no answer.
 */
export async function inThread<Answer>(program: URL, job: unknown, limitMs: number): Promise<Answer | null> {
  const worker = new Worker(program, { env: {}, resourceLimits: { maxOldGenerationSizeMb: 128 } })
  // Neither may it keep the process, nor end it.
  worker.unref()
  worker.on('error', () => undefined)
  const late = new AbortController()
  const { signal } = late
  try {
    worker.postMessage(job)
    const answer = (async () => {
      for (;;) {
        const [said] = await once(worker, 'message', { signal })
        if (said !== 'ready') return said as Answer | null
      }
    })()
    const ended = once(worker, 'exit', { signal }).then(() => null)
    return await Promise.race([answer, ended, delay(limitMs, null, { signal, ref: false })])
  } catch {
    return null
  } finally {
    late.abort()
    void worker.terminate()
  }
}
