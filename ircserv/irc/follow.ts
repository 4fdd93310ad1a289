import { bodyFieldOf } from '@irc-now/core/operation/body'
import { nameOf, outcomeOf, watchOutcome } from '@irc-now/core/operation/settle'
import type { Command } from './command.ts'
import type { NowServDeps } from './deps.ts'
import { followLink, type GivenLink } from './follow-link.ts'

const patienceMs = 5 * 60_000

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
  const outcome = await watchOutcome(rule, named, {
    patienceMs,
    stopped,
    call: (name, key, signal) => deps.call(account, name, { ...key }, as === undefined ? { signal } : { signal, as }),
    changes: (signal) => deps.events(as ?? account, signal),
    progress: (message) => announce(message),
  })
  if (outcome === null) return
  if (outcome.end === 'gone') return announce(`${thing}: gone.`, null)
  if (outcome.end === 'failed')
    return announce(`[${outcome.problem.code}] ${outcome.problem.message}`, { error: outcome.problem })
  if (outcome.end === 'off') return announce(`${thing}: ${outcome.message}`, outcome.thing)
  announce(`${thing}: ${(outcome.thing as { status: { phase: string } }).status.phase}.`, outcome.thing)
}
