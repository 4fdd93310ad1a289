import type { OperationDescription } from '@irc-now/core/operation/describe'
import { errorOf } from '@irc-now/core/operation/errors'
import { nameOf, watchOutcome } from '@irc-now/core/operation/settle'
import type { Client } from './client.ts'

/**
 * Waits until the world has followed an operation, and answers with how things then stand (`null` when it is gone).
 * Throws what it came to instead: `not_connected`, `unavailable`, `not_found` when it was deleted meanwhile, `timed_out`.
 * What was asked for stays under way in all of these.
 */
export async function settle(
  client: Client,
  operation: OperationDescription,
  input: Readonly<Record<string, unknown>>,
  output: unknown,
  options: { as?: string; timeoutMs: number; progress(message: string): void },
): Promise<unknown> {
  const rule = operation.settle
  if (!rule) return output
  const as = options.as === undefined ? {} : { as: options.as }
  const named = nameOf(client.operations, rule, { ...input, ...(output as object) })
  const outcome = await watchOutcome(rule, named, {
    patienceMs: options.timeoutMs,
    call: (name, key, signal) => client.call(name, key, { signal, ...as }),
    changes: (signal) => client.events(signal, options.as),
    progress: options.progress,
  })
  if (outcome?.end === 'failed') throw errorOf(outcome.problem)
  if (outcome?.end === 'off') options.progress(outcome.message)
  return outcome === null || outcome.end === 'gone' ? null : outcome.thing
}
