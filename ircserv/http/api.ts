import type { IncomingMessage, ServerResponse } from 'node:http'
import { allows } from '@irc-now/core/accounts/tokens/token'
import { authorise } from '@irc-now/core/operation/authorise'
import { bodyFieldOf, mostRequestBytes, usualRequestBytes } from '@irc-now/core/operation/body'
import { byteSize } from '@irc-now/core/operation/byte-size'
import type { Caller } from '@irc-now/core/operation/context'
import type { AnyOperation } from '@irc-now/core/operation/define'
import { describeOperation, type OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { FileBody } from '@irc-now/core/operation/file-body'
import { run } from '@irc-now/core/operation/run'
import type { Runtime } from '@irc-now/core/operation/runtime'
import { inputFromText, type TextValue } from '@irc-now/core/operation/text-input'
import { untilReadOut } from '@irc-now/core/provisioning/upload-relay'
import { type Context as Exchange, Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import type { Logger } from 'pino'
import { type AuthenticateDeps, authenticate } from './authenticate.ts'
import { eventStream, followEvents, sinceOf, type Wake } from './events.ts'
import { createHeldBodies } from './held-bodies.ts'
import { openApiOf } from './openapi.ts'
import { fromProblem, problemResponse } from './problem.ts'
import { createRateLimit } from './rate-limit.ts'

/** What the node server hands along with each request. */
export interface ApiBindings {
  /** The request came over the unix socket. */
  readonly onSocket: boolean
  /** The client's address, as the proxy in front tells it where there is one. */
  readonly address: string
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

export interface ApiDeps extends AuthenticateDeps {
  readonly operations: readonly AnyOperation[]
  readonly runtime: Runtime
  readonly log: Logger
  readonly wake: Wake
  /** Ends all event streams at shutdown. */
  readonly closing: AbortSignal
  readonly rateLimit?: { burst: number; perSecond: number }
  /** Files that one account may send; each costs far more than a request. */
  readonly fileRateLimit?: { burst: number; perSecond: number }
  /** Streams of changes that one account may have open; each asks the database now and then. */
  readonly mostStreams?: number
  observe?(route: string, status: number, seconds: number): void
}

/** Requests with a whole text are in memory until all of it is there: so many of one account at a time, and so many in all. */
const heldBodies = { each: 4, all: 60 }

type Found = { operation: AnyOperation; description: OperationDescription }
type Env = { Bindings: ApiBindings }
/** Who calls which operation is found once for each request. */
type CallEnv = Env & { Variables: { caller: Caller; found: Found | undefined } }

/** `/v1/<operation>`, `/v1/events` and `/openapi.json`, all derived from the catalogue. */
export function createApi(deps: ApiDeps): Hono<Env> {
  const { operations, runtime, log, mostStreams = 100 } = deps
  const api = new Hono<Env>()
  const known = new Map<string, Found>(
    operations.map((operation) => [operation.name, { operation, description: describeOperation(operation) }]),
  )
  const limit = createRateLimit({ ...(deps.rateLimit ?? { burst: 200, perSecond: 50 }), now: () => Date.now() })
  const fileLimit = createRateLimit({ ...(deps.fileRateLimit ?? { burst: 200, perSecond: 2 }), now: () => Date.now() })
  const document = openApiOf(operations, runtime.platform.version)

  api.onError((error, c) => problemResponse(error, log, c.env.incoming))
  api.use(async (c, next) => {
    const begun = performance.now()
    await next()
    const [, route = 'other'] = /^\/v1\/([a-z.]+)$/.exec(c.req.path) ?? []
    deps.observe?.(known.has(route) ? route : 'other', c.res.status, (performance.now() - begun) / 1000)
  })
  api.get('/openapi.json', (c) => c.json(document))

  const callerOf = async (c: Pick<Exchange<Env>, 'req' | 'env'>) => {
    const anonymous = `address ${c.env.address}`
    try {
      const caller = await authenticate(c.req.raw.headers, c.env.onSocket, deps)
      limit.take(caller.accountId ?? anonymous)
      return caller
    } catch (error) {
      // Wrong tokens count as nobody's requests.
      if (error instanceof OperationError && error.code === 'not_signed_in') limit.take(anonymous)
      throw error
    }
  }

  /** Whose changes a caller follows: their own, or those of the member they act for. */
  const followed = async (caller: Caller) => {
    const { actor, member } = await runtime.read((store) => authorise(store, { access: 'member' }, caller))
    return (member ?? actor)!.id
  }

  const held = createHeldBodies(heldBodies)
  const streams = new Map<string, number>()
  /** Lets one more stream of an account in, until its answer has ended. */
  const letIn = (key: string, outgoing: ServerResponse) => {
    const open = streams.get(key) ?? 0
    if (open >= mostStreams)
      throw new OperationError('rate_limited', `You follow changes ${open} times already; end one of these first.`)
    streams.set(key, open + 1)
    outgoing.once('close', () => {
      const left = streams.get(key)! - 1
      if (left > 0) streams.set(key, left)
      else streams.delete(key)
    })
  }

  api.get('/v1/events', async (c) => {
    const { onSocket, outgoing } = c.env
    const { headers, signal } = c.req.raw
    const begun = runtime.now()
    const caller = await callerOf(c)
    const accountId = await followed(caller)
    const since = sinceOf(c.req.query('since') ?? c.req.header('last-event-id'))
    letIn(caller.accountId ?? '', outgoing)
    return eventStream(
      followEvents(runtime, deps.wake, accountId, since, AbortSignal.any([deps.closing, signal]), {
        // The token itself is looked at again: it may be revoked by now.
        mayStill: async () => followed(await authenticate(headers, onSocket, deps, begun)),
        mayRead: (noun) => allows(caller.scopes, noun, 'read'),
      }),
      (error) => {
        if (!(error instanceof OperationError)) log.error({ err: error }, 'a stream of changes broke')
      },
    )
  })

  /** Who asks is known before anything is read: only members may send what is long. */
  const withCaller: MiddlewareHandler<CallEnv> = async (c, next) => {
    const caller = await callerOf(c)
    const found = known.get(c.req.param('operation') ?? '')
    c.set('caller', caller)
    c.set('found', found)
    // A file is counted as it is read, if it is.
    if (found && bodyFieldOf(found.description)?.body === 'file') return next()
    const fields = found && caller.accountId !== null ? found.description.fields : []
    const maxSize = mostRequestBytes({ fields })
    const message = `A request has at most ${byteSize(maxSize)} here; send less.`
    const read = () => bodyLimit({ maxSize, onError: () => fromProblem({ code: 'too_large', message }) })(c, next)
    const said = Number(c.req.header('content-length') ?? Number.NaN)
    return maxSize === usualRequestBytes || said <= usualRequestBytes ? read() : held(caller.accountId ?? '', read)
  }

  api.all('/v1/:operation', withCaller, async (c) => {
    const { caller, found } = c.var
    if (!found) throw new OperationError('unknown_operation', 'There is no such operation; see /openapi.json.')
    const method = found.operation.effect === 'read' ? 'GET' : 'POST'
    // To HEAD it answers as to GET; the body is left out on the way.
    const asked = c.req.method === 'HEAD' ? 'GET' : c.req.method
    if (asked !== method) {
      const message = `${found.operation.name} wants ${method}.`
      return fromProblem(
        { code: 'invalid_input', message },
        { status: 405, headers: { allow: method === 'GET' ? 'GET, HEAD' : method } },
      )
    }
    const body = bodyFieldOf(found.description)
    const file = body?.body === 'file' ? body : undefined
    if (file) {
      c.header('connection', 'close')
      if (caller.accountId !== null) fileLimit.take(caller.accountId)
    }
    const input = file
      ? { ...queryInput(c, found.description), [file.name]: fileOf(c) }
      : method === 'GET'
        ? queryInput(c, found.description)
        : await bodyInput(c)
    const confirm = c.req.header('irc-now-confirm')
    const idempotencyKey = c.req.header('idempotency-key')
    if (idempotencyKey && idempotencyKey.length > 200) {
      throw new OperationError('invalid_input', 'An idempotency key has at most 200 characters.')
    }
    const options = {
      dryRun: saysYes(c, 'irc-now-dry-run'),
      ...(confirm === undefined ? {} : { confirm: decodeHeader(confirm) }),
      ...(idempotencyKey ? { idempotencyKey } : {}),
    }
    const { incoming } = c.env
    const output = await run(runtime, found.operation, input, caller, options).catch(async (error) => {
      // Who is in the middle of sending could lose the answer with the connection.
      if (file && incoming.readableDidRead) await untilReadOut(incoming)
      throw error
    })
    return c.json(output as object, 200, { 'cache-control': 'no-store' })
  })
  return api
}

/** A header that says true or false. Whoever says it in another way is told so: what they meant to try is not done. */
function saysYes(c: Pick<Exchange, 'req'>, name: string): boolean {
  const said = c.req.header(name) ?? 'false'
  if (said === 'true' || said === 'false') return said === 'true'
  throw new OperationError('invalid_input', `The header ${name} wants true or false.`)
}

/** Header values are ASCII; a name with other letters comes percent-encoded. */
function decodeHeader(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function queryInput(c: Pick<Exchange, 'req'>, { fields }: OperationDescription): Record<string, unknown> {
  const texts: Record<string, TextValue> = {}
  for (const [name, values] of Object.entries(c.req.queries())) texts[name] = values.length === 1 ? values[0]! : values
  return inputFromText(fields, texts)
}

/** The request's body as it is; undefined where there is none. */
function fileOf(c: Pick<Exchange<Env>, 'env'>): FileBody | undefined {
  const { incoming } = c.env
  const { 'content-length': length, 'transfer-encoding': coding, 'content-type': type } = incoming.headers
  if (/^multipart\//i.test(type ?? '')) {
    throw new OperationError('invalid_input', 'Send the file alone as the body; the other fields go into the address.')
  }
  if (coding === undefined && (length === undefined || length === '0')) return undefined
  return new FileBody(incoming, length === undefined ? null : Number(length))
}

async function bodyInput(c: Pick<Exchange, 'req'>): Promise<unknown> {
  // Left aside, they would have been meant for nothing: what was asked for and what is done would differ.
  const [stray] = Object.keys(c.req.query())
  if (stray !== undefined)
    throw new OperationError('invalid_input', 'The input goes into the body as JSON, nothing of it into the address.')
  const text = await c.req.text()
  if (text === '') return {}
  // A form posted by another site can't have this type, so no cookie or socket is ever used behind a person's back.
  if (!/^application\/json\b/.test(c.req.header('content-type') ?? '')) {
    throw new OperationError('invalid_input', 'Send the input as application/json.')
  }
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new OperationError('invalid_input', 'The body is not JSON.', { cause })
  }
}
