import type { OperationDescription } from '@irc-now/core/operation/describe'
import { errorOf, OperationError } from '@irc-now/core/operation/errors'
import { nameOf, type Response, send, type Target, type WithBody } from './request.ts'

export interface CallOptions {
  readonly dryRun?: boolean
  readonly confirm?: string
  readonly as?: string
  readonly idempotencyKey?: string
  readonly signal?: AbortSignal
}

export interface Change {
  readonly id: string
  readonly at: string
  readonly subject: string
  readonly type: string
  readonly message: string
}

export interface Client {
  readonly operations: readonly OperationDescription[]
  /**
   * Runs an operation; throws OperationError with the platform's own code and sentence. For a field that is a file, its
   * path stands in the input (`-` is what is piped in): the file is the request's body, the rest is in the address.
   */
  call(name: string, input?: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<unknown>
  /**
   * Follows the account's changes from now on, or those of the member `as`; the first item is `null`, said once nothing
   * can be missed any more. Throws as `call` does, and `unavailable` when the connection breaks.
   */
  events(signal: AbortSignal, as?: string): AsyncGenerator<Change | null>
}

/** The client of an operator who acts for a member in all that it does. */
export const actingFor = (client: Client, as: string): Client => ({
  ...client,
  call: (name, input, options) => client.call(name, input, { ...options, as }),
  events: (signal) => client.events(signal, as),
})

export function createClient(options: {
  target: Target
  operations: readonly OperationDescription[]
  frontEnd: 'cli' | 'tui'
  /** The bearer token, asked for before each request, and once more with the one that the platform has just refused. */
  token(refused?: string): Promise<string | null>
}): Client {
  const { target, operations } = options

  async function authorised(request: WithBody, live = false): Promise<Response> {
    const token = await options.token()
    const response = await sendAs(token, request, live)
    if (response.status !== 401 || token === null) return response
    const other = await options.token(token)
    if (other === token) return response
    response.discard()
    return sendAs(other, request, live)
  }

  function sendAs(token: string | null, request: WithBody, live: boolean): Promise<Response> {
    const headers = {
      'irc-now-client': options.frontEnd,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...bodyHeaders(request.body),
      ...request.headers,
    }
    return send(target, { ...request, headers }, live)
  }

  return {
    operations,
    async call(name, input = {}, { dryRun, confirm, as, idempotencyKey, signal } = {}) {
      const operation = operations.find((one) => one.name === name)
      if (!operation)
        throw new OperationError('unknown_operation', `There is no operation “${name}”; see “irc-now help”.`)
      const read = operation.effect === 'read'
      const body = operation.fields.find((field) => field.body === 'file')
      const path = body && input[body.name]
      const named =
        body && typeof path === 'string'
          ? (await import('./sent-file.ts')).namedFile(operation, body, input, path)
          : null
      const fields = named?.rest ?? input
      const inAddress = read || body !== undefined
      const response = await authorised({
        method: read ? 'GET' : 'POST',
        path: `/v1/${name}${inAddress ? queryOf(fields) : ''}`,
        headers: {
          ...(dryRun ? { 'irc-now-dry-run': 'true' } : {}),
          ...(confirm === undefined ? {} : { 'irc-now-confirm': encodeURIComponent(confirm) }),
          ...(as === undefined ? {} : { 'irc-now-as': encodeURIComponent(as) }),
          ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
        },
        body: named?.file ?? (inAddress ? null : JSON.stringify(fields)),
        signal,
      }).finally(() => named?.file.end())
      const text = await textOf(response)
      if (response.status === 200) return parse(text)
      throw refusal(target, response.status, text)
    },
    async *events(signal, as) {
      const headers = {
        accept: 'text/event-stream',
        ...(as === undefined ? {} : { 'irc-now-as': encodeURIComponent(as) }),
      }
      const response = await authorised({ method: 'GET', path: '/v1/events', headers, body: null, signal }, true)
      if (response.status !== 200) throw refusal(target, response.status, await textOf(response))
      let pending = ''
      for await (const chunk of response.chunks) {
        pending += chunk
        const blocks = pending.split('\n\n')
        pending = blocks.pop() ?? ''
        for (const block of blocks) {
          const data = /^data: (.*)$/m.exec(block)?.[1]
          yield data ? (JSON.parse(data) as Change) : null
        }
      }
    },
  }
}

async function textOf({ chunks }: Response): Promise<string> {
  let text = ''
  for await (const chunk of chunks) text += chunk
  return text
}

/** The error that an answer stands for. */
function refusal(target: Target, status: number | undefined, text: string): OperationError {
  const problem = parse(text) as {
    code?: string
    detail?: string
    field?: string
    details?: Record<string, unknown>
  } | null
  if (problem?.code) return errorOf({ ...problem, code: problem.code as never, message: problem.detail ?? '' })
  return new OperationError(
    'unavailable',
    `What answers at ${nameOf(target)} is not irc.now (status ${status}); check the address.`,
  )
}

function bodyHeaders(body: WithBody['body']): Record<string, string> {
  if (body === null) return {}
  if (typeof body === 'string')
    return { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }
  return {
    'content-type': 'application/octet-stream',
    ...(body.size === null ? {} : { 'content-length': String(body.size) }),
  }
}

function queryOf(input: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) query.append(name, one === null ? '' : String(one))
  }
  const text = query.toString()
  return text && `?${text}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
