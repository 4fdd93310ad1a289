import type { Settle } from './define.ts'
import type { OperationDescription } from './describe.ts'
import { OperationError, type Problem, problemOf } from './errors.ts'

/** What `show` answers of a thing; `message` is its last error. */
interface Shown {
  readonly status?: { readonly phase?: string; readonly message?: string | null }
}

/** What has become of a change: `thing` is what `show` answers. */
export type Outcome =
  | { readonly end: 'works' | 'off'; readonly thing: unknown }
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
  if (phase === 'stopped' || phase === 'disabled') return { end: 'off', thing }
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
  changes(signal: AbortSignal): AsyncIterable<{ readonly type: string; readonly message: string } | null>
  progress(message: string): void
}

/** Watches until a change has come to its end or patience has (`timed_out`); null when it was stopped before. */
export async function watchOutcome(rule: Settle, named: Named, watching: Watching): Promise<Outcome | null> {
  const { patienceMs, stopped } = watching
  const late = AbortSignal.timeout(patienceMs)
  const signal = stopped ? AbortSignal.any([late, stopped]) : late
  let last: Shown = {}
  try {
    for await (const change of watching.changes(signal)) {
      if (change?.type.endsWith('.progress')) watching.progress(change.message)
      last = (await watching.call(rule.show, named.key, signal)) as Shown
      const outcome = outcomeOf(rule.until, last, named)
      if (outcome) return outcome
    }
  } catch (error) {
    if (error instanceof OperationError) {
      if (error.code !== 'not_found') return { end: 'failed', problem: problemOf(error) }
      return rule.until === 'gone' ? { end: 'gone' } : deleted(named)
    }
    if (!signal.aborted) throw error
  }
  if (stopped?.aborted) return null
  if (!late.aborted)
    return failed('unavailable', `The connection broke while waiting; it goes on by itself, look with “${named.show}”.`)
  const { phase = 'under way', message } = last.status ?? {}
  const why = message ? ` (${message.replace(/\.$/, '')})` : ''
  return failed(
    'timed_out',
    `${named.the} is still ${phase} after ${patienceMs / 1000} s${why}; it goes on by itself, look with “${named.show}”.`,
  )
}
