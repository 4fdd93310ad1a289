import { bodyFieldOf } from '@irc-now/core/operation/body'
import { nameOf, outcomeOf, watchOutcome } from '@irc-now/core/operation/settle'
import type { Command } from './command.ts'
import type { NowServDeps } from './deps.ts'
import { followLink, type GivenLink } from './follow-link.ts'

const patienceMs = 5 * 60_000
/** Changes of one account that are followed at once; the oldest goes for one more. Each event has all of them look. */
const mostFollowed = 20

/** Each account's changes that are being followed, the oldest first. */
const followed = new WeakMap<NowServDeps, Map<string, Set<AbortController>>>()

/** Does it among the account's latest; `signal` ends it once it is not. */
async function amongLatest<T>(deps: NowServDeps, account: string, work: (signal: AbortSignal) => Promise<T>) {
  const accounts = followed.get(deps) ?? new Map<string, Set<AbortController>>()
  followed.set(deps, accounts)
  const all = accounts.get(account) ?? new Set()
  accounts.set(account, all)
  const mine = new AbortController()
  all.add(mine)
  const [oldest] = all
  if (oldest && all.size > mostFollowed) {
    all.delete(oldest)
    oldest.abort()
  }
  return work(mine.signal).finally(() => {
    all.delete(mine)
    if (all.size === 0) accounts.delete(account)
  })
}

/** Announces how a write goes on, until the world has followed it; silent when it already had. */
export async function follow(
  deps: NowServDeps,
  account: string,
  { operation, input, as }: Command,
  output: unknown,
  stopped: AbortSignal,
  /** Hears each line, and with the last one how things then stand: what `show` answered, `null` when it is gone. */
  announce: (line: string, data?: unknown) => void,
): Promise<void> {
  if (bodyFieldOf(operation)) return followLink(deps, account, operation, output as GivenLink, stopped, announce)
  const rule = operation.settle
  if (!rule) return
  const named = nameOf(deps.operations, rule, { ...input, ...(output as object) })
  if (outcomeOf(rule.until, output, named)) return
  const thing = [operation.noun.toUpperCase(), ...Object.values(named.key)].join(' ')
  const outcome = await amongLatest(deps, account, (late) =>
    watchOutcome(rule, named, {
      patienceMs,
      stopped: AbortSignal.any([stopped, late]),
      call: (name, key, signal) => deps.call(account, name, { ...key }, as === undefined ? { signal } : { signal, as }),
      changes: (signal) => deps.events(as ?? account, signal),
      progress: (message) => announce(message),
    }),
  )
  if (outcome === null) return
  if (outcome.end === 'gone') return announce(`${thing}: gone.`, null)
  if (outcome.end === 'failed')
    return announce(`[${outcome.problem.code}] ${outcome.problem.message}`, { error: outcome.problem })
  if (outcome.end === 'off') return announce(`${thing}: ${outcome.message}`, outcome.thing)
  announce(`${thing}: ${(outcome.thing as { status: { phase: string } }).status.phase}.`, outcome.thing)
}
