import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import type { Command } from './command.ts'
import type { NowServDeps } from './deps.ts'

const underWay = new Set(['pending', 'deleting'])
const patienceMs = 5 * 60_000

interface Shown {
  readonly status?: { readonly phase?: string; readonly message?: string | null }
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
  const rule = operation.settle
  if (!rule || !underWay.has((output as Shown).status?.phase ?? 'pending')) return
  const key = keyOf(deps.operations, operation, { ...input, ...(output as object) })
  const signal = AbortSignal.any([stopped, AbortSignal.timeout(patienceMs)])
  const thing = `${operation.noun.toUpperCase()} ${Object.values(key).join(' ')}`
  for await (const change of deps.events(as ?? account, signal)) {
    if (change.type.endsWith('.progress')) announce(change.message)
    try {
      const found = (await deps.call(account, rule.show, key, as === undefined ? { signal } : { signal, as })) as Shown
      const { phase, message } = found.status ?? {}
      if (phase && underWay.has(phase)) continue
      if (phase !== 'failed') return announce(`${thing}: ${phase}.`, found)
      const error = { code: 'unavailable', message: `${thing}: ${message ?? 'it failed.'}` } as const
      return announce(`[${error.code}] ${error.message}`, { error })
    } catch (error) {
      if (!(error instanceof OperationError && error.code === 'not_found' && rule.until === 'gone')) throw error
      return announce(`${thing}: gone.`, null)
    }
  }
}

/** What `show` wants: it may call `name` what the operation itself has under the noun's name. */
function keyOf(operations: readonly OperationDescription[], operation: OperationDescription, known: object) {
  const show = operations.find(({ name }) => name === operation.settle?.show)
  const names = new Set(show?.fields.map(({ name }) => name))
  const values = known as Record<string, unknown>
  return Object.fromEntries((operation.settle?.by ?? []).map((by) => [names.has(by) ? by : 'name', values[by]]))
}
