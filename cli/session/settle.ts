import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import type { Client } from './client.ts'

const underWay = new Set(['pending', 'deleting'])

/**
 * Waits until the world has followed an operation, and answers with how things then stand (`null` when it is gone).
 * Throws `timed_out`, or `unavailable` when it failed; what was asked for stays under way in both cases.
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
  const shown = { ...input, ...(output as Record<string, unknown>) }
  // `bouncer.show` calls `name` what an upstream calls `bouncer`.
  const show = client.operations.find(({ name }) => name === rule.show)
  const known = new Set(show?.fields.map(({ name }) => name))
  const key = Object.fromEntries(rule.by.map((name) => [known.has(name) ? name : 'name', shown[name]]))
  const signal = AbortSignal.timeout(options.timeoutMs)
  const call = { signal, ...(options.as === undefined ? {} : { as: options.as }) }
  const look = async () => {
    try {
      const found = (await client.call(rule.show, key, call)) as { status: { phase: string; message: string | null } }
      return underWay.has(found.status.phase) ? undefined : found
    } catch (error) {
      if (error instanceof OperationError && error.code === 'not_found' && rule.until === 'gone') return null
      throw error
    }
  }
  try {
    for await (const change of client.events(signal, options.as)) {
      if (change?.type.endsWith('.progress')) options.progress(change.message)
      const found = await look()
      if (found === undefined) continue
      if (found?.status.phase === 'failed')
        throw new OperationError('unavailable', found.status.message ?? 'It failed; see “show”.')
      return found
    }
    throw new OperationError(
      'unavailable',
      'The connection broke while waiting; it goes on by itself, look with “show”.',
    )
  } catch (error) {
    if (!signal.aborted || error instanceof OperationError) throw error
    throw new OperationError(
      'timed_out',
      `It is still under way after ${options.timeoutMs / 1000} s; look with “${rule.show.replace('.', ' ')}”.`,
    )
  }
}
