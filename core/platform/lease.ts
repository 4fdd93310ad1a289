import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { backoff } from '../reconcile/queue.ts'

/** What must run in one process at a time. */
export interface Duty {
  readonly name: string
  /** How long the lease holds without being renewed. */
  readonly lifeMs: number
  /** How long ending may take: so long before its lease could be another's, a holder that can't renew it begins to end. */
  readonly endMs: number
  /** Set when ending costs more than being done twice for a while: the duty ends only once another really has the lease. */
  readonly lasting?: Lasting
  /** Begins; answers how to end. `lost` says that the lease is going, so that nothing may be waited for. */
  begin(held: Held): Promise<(lost: boolean) => Promise<void>>
}

export interface Lasting {
  /** So long a lease that has run out is left to its holder, who may only have been without the database like everybody. */
  readonly patienceMs: number
  /** After a time in which the lease could have been another's, it is ours for certain. */
  regained(): void
}

export interface Held {
  /** Aborts when the duty has to end. */
  readonly signal: AbortSignal
  /** Whether the lease is still ours: false from the moment on at which it could be lost, whatever timers say. */
  valid(): boolean
}

export interface Lease {
  /** Needs no renewing: a database that only this process can have is locked with the state folder. */
  readonly endless?: boolean
  take(name: string, lifeMs: number): Promise<boolean>
  /** False when another has had it since: what was done under it is not what holds now. */
  renew(name: string, lifeMs: number): Promise<boolean>
  /** Whether it is another's and has run out. */
  overdue(name: string): Promise<boolean>
  release(name: string): Promise<void>
}

export interface Keeper {
  /** The duty is this process's now; else it stands by. */
  readonly held: boolean
  stop(): Promise<void>
}

const standbyMs = 1000
/** What has had no answer for so long is asked for anew. */
const answerMs = 5000

/**
 * Does a duty whenever this process has its lease, and stands by while another has it. Resolves once it has begun or
 * stands by; rejects when beginning failed the first time. Later failures are tried again.
 */
export async function keepDuty(duty: Duty, lease: Lease, log: Logger): Promise<Keeper> {
  const stopping = new AbortController()
  const first = Promise.withResolvers<void>()
  let started = false
  const start = () => {
    started = true
    first.resolve()
  }
  let begun = false
  let unreachable = false
  let overdueLooks = 0
  const sleep = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => undefined)

  /** False when we are stopped before. Leaves nothing behind: whoever stands by asks every second, for months. */
  const orStopped = (work: Promise<boolean>) =>
    new Promise<boolean>((resolve, reject) => {
      const stop = () => resolve(false)
      if (stopping.signal.aborted) stop()
      stopping.signal.addEventListener('abort', stop, { once: true })
      work.then(resolve, reject).finally(() => stopping.signal.removeEventListener('abort', stop))
    })

  async function take(): Promise<boolean> {
    try {
      const mayTake = await patient()
      const taken = mayTake && (await lease.take(duty.name, duty.lifeMs))
      unreachable = false
      // A database that answers only after we have been stopped must not keep others from it.
      if (taken && stopping.signal.aborted) await lease.release(duty.name)
      return taken && !stopping.signal.aborted
    } catch (error) {
      if (!unreachable)
        log.warn({ err: error, duty: duty.name }, 'the lease could not be asked for; it is tried again each second')
      unreachable = true
      overdueLooks = 0
      return false
    }
  }

  /** Counted in looks, not by the clock: while we were frozen or cut off, its holder was perhaps too. */
  async function patient(): Promise<boolean> {
    if (!duty.lasting) return true
    overdueLooks = (await answered(lease.overdue(duty.name))) ? overdueLooks + 1 : 0
    return overdueLooks === 0 || overdueLooks * standbyMs > duty.lasting.patienceMs
  }

  async function loop(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted; ) {
      const asked = performance.now()
      const taken = await orStopped(take())
      if (!taken) {
        start()
        await sleep(standbyMs)
        continue
      }
      const error = await doDuty(asked)
      await soon(lease.release(duty.name))
      if (error === undefined) continue
      // A first failure is the caller's to tell, and is not tried again behind their back.
      if (!started) return first.reject(error)
      if (stopping.signal.aborted) return
      failures += 1
      log.warn({ err: error, duty: duty.name }, 'a duty could not be begun; it is tried again')
      await sleep(backoff(failures, Math.random))
    }
    start()
  }

  /** From having the lease to losing it or being stopped. Answers with the error when beginning failed. */
  async function doDuty(asked: number): Promise<unknown> {
    const ending = new AbortController()
    const { signal } = ending
    const heldFrom = (at: number) => (lease.endless ? Number.POSITIVE_INFINITY : at + duty.lifeMs - duty.endMs)
    let until = heldFrom(asked)
    const valid = () => !signal.aborted && performance.now() < until
    const renewed = (at: number) => {
      const doubted = !valid()
      until = heldFrom(at)
      if (!duty.lasting || !doubted || !valid()) return
      log.info({ duty: duty.name }, 'the lease is ours still')
      duty.lasting.regained()
    }
    const lost = lease.endless
      ? new Promise<true>(() => {})
      : Promise.race([renew(signal, renewed), deadline(() => until, signal)]).then(() => true as const)
    const left = orStopped(lost).finally(() => ending.abort())
    try {
      const end = await duty.begin({ signal, valid })
      begun = true
      if (!signal.aborted) log.info({ duty: duty.name }, 'doing a duty')
      start()
      const wasLost = await left
      begun = false
      if (wasLost) log.warn({ duty: duty.name }, 'the lease is another’s, or could be soon; the duty ends here')
      await end(wasLost)
      return undefined
    } catch (error) {
      begun = false
      return error ?? new Error(`${duty.name} failed`)
    } finally {
      ending.abort()
    }
  }

  /** Renews at each third of the lease's life, sooner after a failure; resolves when the lease is another's. */
  async function renew(signal: AbortSignal, renewed: (at: number) => void): Promise<void> {
    let pause = duty.lifeMs / 3
    for (;;) {
      await delay(pause, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      const asked = performance.now()
      try {
        if (!(await answered(lease.renew(duty.name, duty.lifeMs)))) return
        renewed(asked)
        pause = duty.lifeMs / 3
      } catch {
        pause = Math.min(500, duty.lifeMs / 10)
      }
    }
  }

  /** Resolves when the duty has to end because the lease could be another's soon; a lasting one goes on. */
  async function deadline(until: () => number, signal: AbortSignal): Promise<void> {
    if (!duty.lasting) return watch(until, signal)
    for (let doubted = false; !signal.aborted; ) {
      await delay(standbyMs, undefined, { signal }).catch(() => undefined)
      const doubts = performance.now() >= until()
      if (doubts && !doubted)
        log.warn({ duty: duty.name }, 'the lease could not be renewed; the duty goes on meanwhile')
      doubted = doubts
    }
  }

  const running = loop()
  await first.promise
  return {
    get held() {
      return begun
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}

/** Resolves at the deadline, which may move. */
async function watch(deadline: () => number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const left = deadline() - performance.now()
    if (left <= 0 || signal.aborted) return
    await delay(left, undefined, { signal }).catch(() => undefined)
  }
}

async function answered(work: Promise<boolean>): Promise<boolean> {
  const waiting = new AbortController()
  const late = delay(answerMs, undefined, { signal: waiting.signal }).then(() => {
    throw new Error(`The database has not answered for ${answerMs / 1000} s.`)
  })
  late.catch(() => undefined)
  return Promise.race([work, late]).finally(() => waiting.abort())
}

/** A clean end tells the others at once; a lost database is not waited for. */
const soon = (work: Promise<unknown>) =>
  Promise.race([work.catch(() => undefined), delay(2000, undefined, { ref: false })])

export const endlessLease: Lease = {
  endless: true,
  take: async () => true,
  renew: async () => true,
  overdue: async () => false,
  release: async () => undefined,
}
