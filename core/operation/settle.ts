import { setTimeout } from 'node:timers/promises'
import type { Settle } from './define.ts'
import type { OperationDescription } from './describe.ts'
import { OperationError, type Problem, problemOf } from './errors.ts'

/** What `show` answers of a thing; `message` is its last error. */
interface Shown {
  readonly status?: { readonly phase?: string; readonly message?: string | null }
}

/** What has become of a change: `thing` is what `show` answers. */
export type Outcome =
  | { readonly end: 'works'; readonly thing: unknown }
  /** Nothing is to be waited for; `message` says so in a sentence. */
  | { readonly end: 'off'; readonly thing: unknown; readonly message: string }
  | { readonly end: 'gone' }
  | { readonly end: 'failed'; readonly problem: Problem }

/** The thing that a change is about, in words. */
export interface Named {
  /** `The upstream “libera”` */
  readonly the: string
  /** What `show` wants; also the words after a noun and a verb. */
  readonly key: Readonly<Record<string, unknown>>
  readonly show: string
  readonly update: string
}

/**
 * When a change has come to its end, and to which one; null while it is under way. The one rule for all front ends:
 * what must connect has ended when it is connected, or when its last error says why it is not.
 */
export function outcomeOf(until: Settle['until'], thing: unknown, named: Named): Outcome | null {
  const { phase = 'pending', message = null } = (thing as Shown).status ?? {}
  if (phase === 'pending') return null
  if (phase === 'deleting') return until === 'gone' ? null : deleted(named)
  if (phase === 'failed') return failed('unavailable', `${named.the}: ${message ?? 'it failed.'}`)
  // An upstream that is switched off keeps its last error, which is not why it is off.
  if (phase === 'disabled' || (phase === 'stopped' && message === null))
    return { end: 'off', thing, message: `${named.the} is switched off.` }
  if (phase === 'stopped') return { end: 'off', thing, message: `${named.the} is stopped: ${lowered(message)}` }
  if (until === 'applied') return { end: 'works', thing }
  if (phase === 'connecting' || (phase === 'disconnected' && message === null)) return null
  if (message === null) return { end: 'works', thing }
  const why = message.replace(/\.$/, '')
  return failed(
    'not_connected',
    phase === 'connected'
      ? `${named.the}: ${why}; “${named.update}” changes it.`
      : `${named.the} does not connect: ${why}; it is tried again by itself, and “${named.update}” changes how.`,
  )
}

const lowered = (sentence: string | null) => (sentence ?? '').replace(/^\p{Lu}/u, (letter) => letter.toLowerCase())

const failed = (code: Problem['code'], message: string): Outcome => ({ end: 'failed', problem: { code, message } })

const deleted = ({ the }: Named) =>
  failed('not_found', `${the} was deleted meanwhile; create it again if it should be.`)

/** The thing that is to be watched after `operation`, by what went in and came out. */
export function nameOf(
  operations: readonly OperationDescription[],
  rule: Settle,
  known: Readonly<Record<string, unknown>>,
): Named {
  const show = operations.find(({ name }) => name === rule.show)
  const fields = show?.fields ?? []
  // `bouncer.show` calls `name` what an upstream calls `bouncer`.
  const key = Object.fromEntries(
    rule.by.map((by) => [fields.some(({ name }) => name === by) ? by : 'name', known[by]] as const),
  )
  const [noun = ''] = rule.show.split('.')
  const words = fields
    .filter(({ name, default: usual }) => key[name] !== undefined && (name === 'name' || key[name] !== usual))
    .map(({ name, flag, position }) => (position === null ? `--${flag} ${key[name]}` : String(key[name])))
  const command = (verb: string) => [noun, verb, ...words].join(' ')
  // What there is one of has no name.
  const the = key.name === undefined ? `Your ${noun}` : `The ${noun} “${key.name}”`
  return { the, key, show: command('show'), update: command('update') }
}

export interface Watching {
  readonly patienceMs: number
  /** Ends it without an outcome. */
  readonly stopped?: AbortSignal
  /** Runs an operation; throws OperationError. */
  call(operation: string, input: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<unknown>
  /** What changes from now on; its first item, and `null` now and then, only say that it is to be looked. */
  changes(
    signal: AbortSignal,
  ): AsyncIterable<{ readonly subject: string; readonly type: string; readonly message: string } | null>
  progress(message: string): void
}

/** Whether an event is about the thing, what holds it, or what it holds: `upstream/main/libera` is about both names. */
export function concerns(subject: string, { key }: Pick<Named, 'key'>): boolean {
  const [, ...names] = subject.split('/')
  const own = Object.values(key).map(String)
  return names.length > 0 && own.every((name, i) => i >= names.length || name === names[i])
}

/** The platform may answer again by itself: what was asked for is under way all the same. */
export const passes = (error: unknown) =>
  error instanceof OperationError && (error.code === 'unavailable' || error.code === 'rate_limited')

const firstPauseMs = 250
const longestPauseMs = 5000

/**
 * Watches until a change has come to its end or patience has; null when it was stopped before. A question that can't be
 * answered just now is asked again, each time after a longer pause.
 */
export async function watchOutcome(rule: Settle, named: Named, watching: Watching): Promise<Outcome | null> {
  const { patienceMs, stopped } = watching
  const late = AbortSignal.timeout(patienceMs)
  const signal = stopped ? AbortSignal.any([late, stopped]) : late
  let last: Shown = {}
  let trouble: Problem | null = null
  for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    try {
      for await (const change of watching.changes(signal)) {
        if (change && !concerns(change.subject, named)) continue
        if (change?.type.endsWith('.progress')) watching.progress(change.message)
        last = (await watching.call(rule.show, named.key, signal)) as Shown
        trouble = null
        const outcome = outcomeOf(rule.until, last, named)
        if (outcome) return outcome
      }
      if (!signal.aborted) trouble = { code: 'unavailable', message: 'The connection broke.' }
    } catch (error) {
      if (signal.aborted) break
      if (!(error instanceof OperationError)) throw error
      if (error.code === 'not_found') return rule.until === 'gone' ? { end: 'gone' } : deleted(named)
      trouble = problemOf(error)
      if (!passes(error)) return { end: 'failed', problem: trouble }
    }
    const wanted = Number(trouble?.details?.retryAfter ?? 0) * 1000
    await setTimeout(Math.max(pauseMs, wanted), undefined, { signal }).catch(() => undefined)
  }
  return stopped?.aborted ? null : outOfPatience(named, patienceMs, last, trouble)
}

function outOfPatience(named: Named, patienceMs: number, last: Shown, trouble: Problem | null): Outcome {
  const next = `it goes on by itself, look with “${named.show}”.`
  const because = (why: string | null | undefined) => (why ? ` (${why.replace(/\.$/, '')})` : '')
  if (trouble) return failed(trouble.code, `${named.the} can’t be looked at${because(trouble.message)}; ${next}`)
  const { phase = 'under way', message } = last.status ?? {}
  return failed('timed_out', `${named.the} is still ${phase} after ${patienceMs / 1000} s${because(message)}; ${next}`)
}
