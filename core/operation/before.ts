import { entitlementsIn } from '../billing/entitlements-in.ts'
import { authorise, notSignedIn } from './authorise.ts'
import { parseInput } from './check-input.ts'
import type { Caller } from './context.ts'
import type { AnyOperation } from './define.ts'
import { describeOperation } from './describe.ts'
import type { RunOptions, Runtime } from './runtime.ts'

/** What an operation does before its transaction: its `outside`, or its `prepare`; answers what the handler is given. */
export const before = (
  runtime: Runtime,
  operation: AnyOperation,
  raw: unknown,
  caller: Caller,
  options: RunOptions,
): Promise<unknown> =>
  operation.outside
    ? outside(runtime, operation, raw, caller, options)
    : prepare(runtime, operation, raw, caller, options.dryRun ?? false)

async function outside(
  runtime: Runtime,
  operation: AnyOperation,
  raw: unknown,
  caller: Caller,
  options: RunOptions,
): Promise<unknown> {
  const { actor, member } = await runtime.read((store) => authorise(store, operation, caller))
  const input = parseInput(operation, raw)
  const key = options.idempotencyKey
  // What was done under this key is answered from what is kept, and asks nobody.
  if (
    operation.effect !== 'read' &&
    key &&
    actor &&
    (await runtime.read((store) => store.idempotency.find(actor.id, key)))
  )
    return undefined
  const acting = member ?? actor
  if (!acting) throw notSignedIn()
  const { dryRun = false, confirm } = options
  return operation.outside!(input, { ...runtime, member: acting, dryRun, confirm })
}

async function prepare(
  runtime: Runtime,
  operation: AnyOperation,
  raw: unknown,
  caller: Caller,
  dryRun: boolean,
): Promise<unknown> {
  const somebody = operation.access === 'anyone' || caller.accountId !== null || caller.accountName !== undefined
  if (!operation.prepare || !somebody) return undefined
  const file = describeOperation(operation).fields.some(({ body }) => body === 'file')
  if (dryRun && !file) return undefined
  // Nothing is read of a file that may not come.
  const who = file ? await runtime.read((store) => authorise(store, operation, caller)) : null
  const acting = who?.member ?? who?.actor ?? null
  return operation.prepare(parseInput(operation, raw), {
    get actor() {
      if (!acting) throw notSignedIn()
      return acting
    },
    entitlements: () => runtime.read((store) => entitlementsIn(store, acting, runtime.now())),
    dryRun,
    now: runtime.now(),
    read: runtime.read,
    pictures: runtime.pictures,
  })
}
