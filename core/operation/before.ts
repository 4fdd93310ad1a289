import { entitlementsIn } from '../billing/entitlements-in.ts'
import { authorise, notSignedIn } from './authorise.ts'
import { parseInput } from './check-input.ts'
import type { Actor, Before, Caller } from './context.ts'
import type { AnyOperation } from './define.ts'
import { describeOperation } from './describe.ts'
import { assertSame, requestOf } from './idempotency.ts'
import type { RunOptions, Runtime } from './runtime.ts'

/** What an operation does before its transaction, by who may; answers what the handler is given. */
export async function before(
  runtime: Runtime,
  operation: AnyOperation,
  raw: unknown,
  caller: Caller,
  options: RunOptions,
): Promise<unknown> {
  if (!operation.before) return undefined
  const { actor, member } = await runtime.read((store) => authorise(store, operation, caller))
  const acting = member ?? actor
  const input = parseInput(operation, raw)
  const tries = triesOf(runtime, operation, actor, acting, input, options)
  if (await tries.answered()) return undefined
  return operation.before(input, {
    ...runtime,
    get actor() {
      if (!acting) throw notSignedIn()
      return acting
    },
    entitlements: () => runtime.read((store) => entitlementsIn(store, acting, runtime.now())),
    dryRun: options.dryRun ?? false,
    confirm: options.confirm,
    key: tries.key,
    decided: tries.decided,
  })
}

interface Tries extends Pick<Before, 'key' | 'decided'> {
  /** What was done is answered from what is kept, and asks nobody. A file must come all the same, to be compared. */
  answered(): Promise<boolean>
}

/** What the tries of one request share: its idempotency key, and what the first of them has written down. */
function triesOf(
  runtime: Runtime,
  operation: AnyOperation,
  actor: Actor | null,
  acting: Actor | null,
  input: Record<string, unknown>,
  { idempotencyKey, dryRun }: RunOptions,
): Tries {
  const own = runtime.random(16).toString('hex')
  if (!idempotencyKey || !actor || dryRun || operation.effect === 'read')
    return { key: own, decided: (work) => work(), answered: async () => false }
  const find = () => runtime.read((store) => store.idempotency.find(actor.id, idempotencyKey))
  const isFile = describeOperation(operation).fields.some(({ body }) => body === 'file')
  const request = () => requestOf(runtime, operation, acting, input)
  return {
    key: runtime.digest(JSON.stringify(['tries', actor.id, idempotencyKey])),
    async answered() {
      const known = isFile ? undefined : await find()
      if (known) assertSame(known, request())
      return known?.output != null
    },
    async decided<T>(work: () => Promise<T>): Promise<T> {
      const kept = (await find())?.decided
      if (kept) return JSON.parse(kept) as T
      const made = JSON.stringify(await work())
      const row = { account_id: actor.id, key: idempotencyKey, request: request(), created_at: runtime.now() }
      // Of two at the same time one is first, and the other does what that one has decided.
      const first = await runtime.transaction((store) => store.idempotency.begin({ ...row, decided: made }))
      assertSame(first, row.request)
      return JSON.parse(first.decided ?? made) as T
    },
  }
}
