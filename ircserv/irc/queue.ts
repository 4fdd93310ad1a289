interface Caller {
  readonly jobs: (() => Promise<void>)[]
  tokens: number
  at: number
}

/** Who has signed in and who has not wait in different lanes, so that a crowd of strangers shuts nobody out. */
export type Lane = 'member' | 'stranger'

const otherLane = { member: 'stranger', stranger: 'member' } as const

export interface FairQueue {
  /** False when the caller, or his lane, has too much waiting: the job is dropped. */
  push(lane: Lane, caller: string, job: () => Promise<void>): boolean
  /** Callers that are known of right now. */
  readonly size: number
  /** Drops what waits; resolves when what runs has ended. */
  drain(): Promise<void>
}

export interface FairQueueOptions {
  now(): number
  readonly burst: number
  readonly perSecond: number
  /** Jobs that may wait for one caller. */
  readonly waiting: number
  /** Callers of one lane that are kept in mind; it bounds the memory that a flood can take. */
  readonly callers: number
  readonly parallel: number
}

/**
 * Lanes take turns, in a lane callers take turns, and each caller has a token bucket: who floods waits for himself. One
 * caller's jobs run one after the other: what is sent next may build on what came before, and who asks for what takes
 * long holds up nobody else.
 */
export function createFairQueue(options: FairQueueOptions): FairQueue {
  const lanes: Record<Lane, Map<string, Caller>> = { member: new Map(), stranger: new Map() }
  const running = new Set<Promise<void>>()
  /** Whose job runs, by lane and name: also of those who are forgotten meanwhile. */
  const busy = new Set<string>()
  let turn: Lane = 'member'
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  function refill(caller: Caller): void {
    const now = options.now()
    caller.tokens = Math.min(options.burst, caller.tokens + ((now - caller.at) / 1000) * options.perSecond)
    caller.at = now
  }

  /** The lane's next job: of the caller who has been served least recently, has a token and waits for no other of his. */
  function next(which: Lane): (() => Promise<void>) | undefined {
    const lane = lanes[which]
    for (const [name, caller] of lane) {
      const key = `${which} ${name}`
      if (caller.jobs.length === 0 || busy.has(key)) continue
      refill(caller)
      if (caller.tokens < 1) continue
      caller.tokens -= 1
      const job = caller.jobs.shift()!
      busy.add(key)
      // Whoever was served goes to the end of the line.
      lane.delete(name)
      lane.set(name, caller)
      return () => job().finally(() => busy.delete(key))
    }
    return undefined
  }

  function pump(): void {
    while (!stopped && running.size < options.parallel) {
      const mine = next(turn)
      const job = mine ?? next(otherLane[turn])
      if (!job) break
      if (mine) turn = otherLane[turn]
      const run = job().finally(() => {
        running.delete(run)
        pump()
      })
      running.add(run)
    }
    const wait = Object.values(lanes).some((lane) => [...lane.values()].some(({ jobs }) => jobs.length > 0))
    if (timer !== undefined || stopped || !wait) return
    timer = setTimeout(() => {
      timer = undefined
      pump()
    }, 1000 / options.perSecond)
  }

  /** Forgets whoever has nothing waiting and a full bucket; if nobody has, whoever has nothing waiting longest. */
  function makeRoom(lane: Map<string, Caller>): boolean {
    for (const [name, caller] of lane) {
      refill(caller)
      if (caller.jobs.length === 0 && caller.tokens >= options.burst) lane.delete(name)
    }
    if (lane.size < options.callers) return true
    const idle = [...lane].find(([, { jobs }]) => jobs.length === 0)
    return idle !== undefined && lane.delete(idle[0])
  }

  return {
    push(which, name, job) {
      const lane = lanes[which]
      const known = lane.get(name)
      if (stopped || (!known && lane.size >= options.callers && !makeRoom(lane))) return false
      const caller = known ?? { jobs: [], tokens: options.burst, at: options.now() }
      if (caller.jobs.length >= options.waiting) return false
      caller.jobs.push(job)
      lane.set(name, caller)
      pump()
      return true
    },
    get size() {
      return lanes.member.size + lanes.stranger.size
    },
    async drain() {
      stopped = true
      clearTimeout(timer)
      for (const lane of Object.values(lanes)) lane.clear()
      await Promise.allSettled(running)
    },
  }
}
