import { Worker } from 'node:worker_threads'

export interface HighlightJob {
  readonly text: string
  readonly language: string | null
  readonly title: string | null
}

export interface Highlighter {
  /** Lines of HTML; null where the text is shown plain; `busy` where it may be another time. */
  highlight(job: HighlightJob): Promise<readonly string[] | null | 'busy'>
  stop(): void
}

/** From the source itself, or from what is built of it. */
const program = new URL(
  import.meta.url.endsWith('.ts') ? './highlight-worker.ts' : './highlight-worker.js',
  import.meta.url,
)

/** How long the library may take to load. */
const bootMs = 10_000

/** Highlights one text after the other in a thread; one that takes longer than `limitMs` ends with its thread. */
export function createHighlighter({ limitMs = 1000, mostWaiting = 16 } = {}): Highlighter {
  let worker: Promise<Worker | null> | undefined
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  let stopped = false

  async function boot(): Promise<Worker | null> {
    const made = new Worker(program, { env: {}, resourceLimits: { maxOldGenerationSizeMb: 128 } })
    // What it does must not keep the process; what becomes of it is looked at where something is asked of it.
    made.unref()
    made.on('error', () => undefined)
    made.once('exit', () => {
      worker = undefined
    })
    return (await messageOf(made, bootMs)) === 'ready' ? made : null
  }

  async function run(job: HighlightJob): Promise<readonly string[] | null> {
    if (stopped) return null
    worker ??= boot()
    const thread = await worker
    if (!thread) return null
    const answer = messageOf(thread, limitMs)
    thread.postMessage(job)
    return ((await answer) as { lines: string[] | null } | null)?.lines ?? null
  }

  return {
    async highlight(job) {
      if (waiting >= mostWaiting) return 'busy'
      waiting += 1
      const mine = last.then(() => run(job))
      last = mine
        .catch(() => undefined)
        .finally(() => {
          waiting -= 1
        })
      return mine
    },
    stop() {
      stopped = true
      void worker?.then((thread) => thread?.terminate())
    },
  }
}

/** What the thread says next; null where it ends, or is ended because it took too long. */
function messageOf(thread: Worker, withinMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => void thread.terminate(), withinMs)
    const done = (answer: unknown) => {
      clearTimeout(timer)
      thread.off('message', done).off('exit', ended)
      resolve(answer)
    }
    const ended = () => done(null)
    thread.on('message', done).on('exit', ended)
  })
}
