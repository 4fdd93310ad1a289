interface Caller {
  readonly jobs: (() => Promise<void>)[]
  tokens: number
  at: number
}

export interface FairQueue {
  /** False when the caller has too much waiting: the job is dropped. */
  push(caller: string, job: () => Promise<void>): boolean
}

/** Callers take turns, and each has a token bucket: who floods waits for himself. */
export function createFairQueue(options: {
  now(): number
  burst: number
  perSecond: number
  waiting: number
  parallel: number
}): FairQueue {
  const callers = new Map<string, Caller>()
  let running = 0
  let timer: NodeJS.Timeout | undefined

  function refill(caller: Caller): void {
    const now = options.now()
    caller.tokens = Math.min(options.burst, caller.tokens + ((now - caller.at) / 1000) * options.perSecond)
    caller.at = now
  }

  function pump(): void {
    for (const [name, caller] of [...callers]) {
      if (running >= options.parallel) return
      refill(caller)
      if (caller.jobs.length === 0) {
        if (caller.tokens >= options.burst) callers.delete(name)
        continue
      }
      if (caller.tokens < 1) continue
      caller.tokens -= 1
      const job = caller.jobs.shift()!
      // Whoever was served goes to the end of the line.
      callers.delete(name)
      callers.set(name, caller)
      running += 1
      void job().finally(() => {
        running -= 1
        pump()
      })
    }
    if (timer === undefined && [...callers.values()].some(({ jobs }) => jobs.length > 0)) {
      timer = setTimeout(() => {
        timer = undefined
        pump()
      }, 1000 / options.perSecond)
    }
  }

  return {
    push(name, job) {
      const caller = callers.get(name) ?? { jobs: [], tokens: options.burst, at: options.now() }
      if (caller.jobs.length >= options.waiting) return false
      caller.jobs.push(job)
      callers.set(name, caller)
      pump()
      return true
    },
  }
}
