import type { Actor } from './context.ts'
import type { AnyOperation } from './define.ts'
import { OperationError } from './errors.ts'
import { FileBody } from './file-body.ts'
import type { Runtime } from './runtime.ts'

/** What tells one request from another under the same idempotency key; a file is told by the digest of what was made of it. */
export function requestOf(
  { digest }: Pick<Runtime, 'digest'>,
  operation: AnyOperation,
  acting: Actor | null,
  input: Record<string, unknown>,
  prepared?: unknown,
): string {
  const sent = Object.entries(input).map(([name, value]) => [
    name,
    value instanceof FileBody ? (prepared as { digest?: unknown } | undefined)?.digest : value,
  ])
  return digest(JSON.stringify([operation.name, acting?.id, Object.fromEntries(sent)]))
}

export const isAnothers = () =>
  new OperationError('idempotency_mismatch', 'This idempotency key was used for another request; take a new one.')

/** Throws where the key was used for something else. */
export function assertSame(known: { readonly request: string }, request: string): void {
  if (known.request !== request) throw isAnothers()
}
