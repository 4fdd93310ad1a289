import type { AuditEntry } from '../audit/audit-store.ts'
import type { Entitlements } from '../billing/entitlements.ts'
import { entitlementsIn } from '../billing/entitlements-in.ts'
import type { Stores } from '../store/stores.ts'
import { authorise, notSignedIn } from './authorise.ts'
import { before } from './before.ts'
import { confirmed, parseInput } from './check-input.ts'
import type { Actor, Caller, Context, ReconcileKey } from './context.ts'
import type { AnyOperation } from './define.ts'
import { describeOperation } from './describe.ts'
import { faultPoint } from './faults.ts'
import { FileBody } from './file-body.ts'
import { assertSame, isAnothers, requestOf } from './idempotency.ts'
import type { RunOptions, Runtime } from './runtime.ts'
import { storageFull } from './storage-error.ts'

/** Ends the transaction of a dry run with its answer in hand. */
class DryRun extends Error {
  readonly output: unknown
  constructor(output: unknown) {
    super('dry run')
    this.output = output
  }
}

/**
 * Runs an operation for a caller: authorise → parse → handle → parse, in one transaction with its events and its audit
 * line. Throws OperationError for everything a caller may know about; anything else is a defect or an outage.
 */
export async function run(
  runtime: Runtime,
  operation: AnyOperation,
  raw: unknown,
  caller: Caller,
  options: RunOptions = {},
): Promise<unknown> {
  // Who looks at a member's things leaves a line.
  const writes = operation.effect !== 'read' || caller.as !== undefined
  if (writes && !(await runtime.hasRoom())) throw storageFull()
  const prepared = await before(runtime, operation, raw, caller, options)
  try {
    const work = (store: Stores) => runIn(store, runtime, operation, raw, caller, options, prepared)
    return await (writes ? runtime.transaction(work) : runtime.read(work))
  } catch (error) {
    if (error instanceof DryRun) return error.output
    throw error
  }
}

async function runIn(
  store: Stores,
  runtime: Runtime,
  operation: AnyOperation,
  raw: unknown,
  caller: Caller,
  options: RunOptions,
  prepared: unknown,
): Promise<unknown> {
  const first = await authorise(store, operation, caller)
  const input = parseInput(operation, raw)
  if (operation.effect === 'read') {
    const output = await handle(first.member ?? first.actor)
    if (first.member) await noteLook(store, lineOf(first, input))
    return output
  }
  const locked = first.member ?? first.actor
  if (locked) await store.accounts.lock(locked.id)
  // Asked again: whoever had the lock may have changed, suspended or deleted the account.
  const { actor, member } = locked ? await authorise(store, operation, caller) : first
  const acting = member ?? actor
  const request = requestOf(runtime, operation, acting, input, prepared)
  if (options.idempotencyKey && actor && !options.dryRun) {
    const known = await store.idempotency.find(actor.id, options.idempotencyKey)
    if (known) assertSame(known, request)
    if (known?.output != null) return JSON.parse(known.output)
  }
  const output = await handle(acting)
  // What a dry run would make does not hold, so a secret of it, or an id, would only mislead.
  if (options.dryRun) throw new DryRun(withoutMade(operation, withoutSecretOutputs(operation, output)))
  // Asked last, so that nobody confirms what can't be done; the refusal takes back what was tried.
  confirmed(operation, input, acting, options)
  await store.audit.insert(lineOf({ actor, member }, input))
  if (options.idempotencyKey && actor) {
    const isOurs = await store.idempotency.finish({
      account_id: actor.id,
      key: options.idempotencyKey,
      request,
      // A secret is shown once: a retry learns that it was made, not what it is.
      output: JSON.stringify(withoutSecretOutputs(operation, output)),
      created_at: runtime.now(),
    })
    // Who acts for two members at once holds neither's lock against the other.
    if (!isOurs) throw isAnothers()
  }
  faultPoint('store')
  return output

  function lineOf({ actor, member }: typeof first, input: Record<string, unknown>): AuditEntry {
    return {
      at: runtime.now(),
      actor_id: actor?.id ?? null,
      actor_name: actor?.name ?? 'nobody',
      member_id: member?.id ?? null,
      member_name: member?.name ?? null,
      via: caller.via,
      operation: operation.name,
      input: JSON.stringify(withoutSecrets(operation, input)),
    }
  }

  async function handle(acting: Actor | null): Promise<unknown> {
    const context = createContext(store, runtime, acting, caller, options.dryRun ?? false)
    return operation.output.parse(await operation.handle(input, context, prepared))
  }
}

function createContext(
  store: Stores,
  runtime: Runtime,
  acting: Actor | null,
  caller: Caller,
  dryRun: boolean,
): Context {
  let entitled: Promise<Entitlements> | undefined
  return {
    get actor() {
      if (!acting) throw notSignedIn()
      return acting
    },
    store,
    entitlements() {
      entitled ??= entitlementsIn(store, acting, runtime.now())
      return entitled
    },
    platform: runtime.platform,
    now: runtime.now(),
    via: caller.via,
    dryRun,
    random: (bytes) => runtime.random(bytes),
    seal: (text) => runtime.seal(text),
    event: (subject, type, message, accountId) =>
      store.events.tell({ accountId: accountId ?? acting?.id ?? '', subject, type, message, at: runtime.now() }),
    enqueue: (key: ReconcileKey) => store.wake(`reconcile ${key}`),
  }
}

const lookMs = 60 * 60_000

/** The same look is noted once an hour: a screen that follows a member's things looks every few seconds. */
async function noteLook(store: Stores, line: AuditEntry): Promise<void> {
  if (await store.audit.hasSince(line, new Date(line.at.getTime() - lookMs))) return
  await store.audit.insert(line)
}

/** The input as the audit keeps it: secrets and whole texts are only named. */
function withoutSecrets(operation: AnyOperation, input: Record<string, unknown>): Record<string, unknown> {
  const { fields } = describeOperation(operation)
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => {
      const field = fields.find((one) => one.name === name)
      if (field?.secret && value != null) return [name, '(secret)']
      if (value instanceof FileBody) return [name, '(file)']
      return [name, field?.body === 'text' ? `(text, ${Buffer.byteLength(String(value))} bytes)` : value]
    }),
  )
}

const withoutSecretOutputs = (operation: AnyOperation, output: unknown) =>
  replaced(output, describeOperation(operation).secrets, '(shown once)')

const withoutMade = (operation: AnyOperation, output: unknown) =>
  replaced(output, describeOperation(operation).made, '(not made yet)')

function replaced(output: unknown, fields: readonly string[], text: string): unknown {
  if (typeof output !== 'object' || output === null || Array.isArray(output)) return output
  return Object.fromEntries(Object.entries(output).map(([name, value]) => [name, fields.includes(name) ? text : value]))
}
