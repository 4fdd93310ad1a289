/** How long to wait before the n-th retry, in milliseconds: doubling from 0.5 s to 60 s, half of it random. */
export function backoff(attempt: number, random: () => number): number {
  const full = Math.min(60_000, 500 * 2 ** (attempt - 1))
  return full / 2 + (full / 2) * random()
}

export interface WorkQueue {
  /** Asks for a key to be worked on; asked again while it is, it is worked on once more afterwards. */
  add(key: string, delay?: number): void
  /** Keys waiting or being worked on. */
  readonly depth: number
  /** Waits for what is running; nothing new is begun. */
  stop(): Promise<void>
}

/**
 * The level-triggered work queue: serial for a key, parallel over keys, retried with back-off until it succeeds.
 * `work` looks at the whole state of its key, so that many wishes for one key are one piece of work.
 * It may answer with milliseconds after which the key wants to be looked at again.
 */
export function createWorkQueue(options: {
  work(key: string): Promise<number | undefined>
  failed(key: string, error: unknown, attempt: number): Promise<void>
  parallel: number
  random(): number
}): WorkQueue {
  const waiting = new Map<string, NodeJS.Timeout>()
  const ready = new Set<string>()
  const running = new Map<string, Promise<void>>()
  const again = new Set<string>()
  const attempts = new Map<string, number>()
  let stopped = false

  function add(key: string, delay = 0): void {
    if (stopped || ready.has(key)) return
    if (running.has(key)) {
      if (delay === 0) again.add(key)
      return
    }
    const timer = waiting.get(key)
    if (timer && delay > 0) return
    clearTimeout(timer)
    waiting.delete(key)
    if (delay === 0) {
      ready.add(key)
      pump()
      return
    }
    waiting.set(
      key,
      setTimeout(() => {
        waiting.delete(key)
        add(key)
      }, delay),
    )
  }

  function pump(): void {
    for (const key of ready) {
      if (stopped || running.size >= options.parallel) return
      ready.delete(key)
      running.set(key, once(key))
    }
  }

  async function once(key: string): Promise<void> {
    let next: number | undefined
    try {
      next = await options.work(key)
      attempts.delete(key)
    } catch (error) {
      const attempt = (attempts.get(key) ?? 0) + 1
      attempts.set(key, attempt)
      next = backoff(attempt, options.random)
      await options.failed(key, error, attempt).catch(() => undefined)
    }
    running.delete(key)
    if (again.delete(key)) add(key)
    else if (next !== undefined) add(key, next)
    pump()
  }

  return {
    add,
    get depth() {
      return waiting.size + ready.size + running.size
    },
    async stop() {
      stopped = true
      for (const timer of waiting.values()) clearTimeout(timer)
      await Promise.all(running.values())
    },
  }
}
