import type { IncomingMessage } from 'node:http'
import type { OperationDescription } from '@irc-now/core/operation/describe'
import { errorOf, OperationError } from '@irc-now/core/operation/errors'

/** Where the platform is reached: its URL, or the owner's unix socket. */
export type Target = { readonly socket: string } | { readonly url: string }

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
  /** Runs an operation; throws OperationError with the platform's own code and sentence. */
  call(name: string, input?: Readonly<Record<string, unknown>>, options?: CallOptions): Promise<unknown>
  /**
   * Follows the account's changes from now on, or those of the member `as`; the first item is `null`, said once nothing
   * can be missed any more. Throws `unavailable` when the connection breaks.
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

  async function send(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | null,
    signal?: AbortSignal,
  ) {
    const token = await options.token()
    const response = await sendAs(token, method, path, headers, body, signal)
    if (response.statusCode !== 401 || token === null) return response
    const other = await options.token(token)
    if (other === token) return response
    response.resume()
    return sendAs(other, method, path, headers, body, signal)
  }

  function sendAs(
    token: string | null,
    method: string,
    path: string,
    headers: Record<string, string>,
    body: string | null,
    signal?: AbortSignal,
  ) {
    const all = {
      'irc-now-client': options.frontEnd,
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === null
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
      ...headers,
    }
    // Imported, either would also load Node's fetch, which takes longer than a whole command; and TLS only where spoken.
    const { request } =
      'url' in target && target.url.startsWith('https:')
        ? process.getBuiltinModule('node:https')
        : process.getBuiltinModule('node:http')
    return new Promise<IncomingMessage>((resolve, reject) => {
      const settings = { method, headers: all, agent: false as const, ...(signal ? { signal } : {}) }
      const outgoing =
        'socket' in target
          ? request({ ...settings, socketPath: target.socket, path }, resolve)
          : request(target.url + path, settings, resolve)
      outgoing.on('error', (cause) => reject(signal?.aborted ? cause : unreachable(target, cause)))
      outgoing.end(body ?? undefined)
    })
  }

  return {
    operations,
    async call(name, input = {}, { dryRun, confirm, as, idempotencyKey, signal } = {}) {
      const operation = operations.find((one) => one.name === name)
      if (!operation)
        throw new OperationError('unknown_operation', `There is no operation “${name}”; see “irc-now help”.`)
      const read = operation.effect === 'read'
      const response = await send(
        read ? 'GET' : 'POST',
        `/v1/${name}${read ? queryOf(input) : ''}`,
        {
          ...(dryRun ? { 'irc-now-dry-run': 'true' } : {}),
          ...(confirm === undefined ? {} : { 'irc-now-confirm': encodeURIComponent(confirm) }),
          ...(as === undefined ? {} : { 'irc-now-as': encodeURIComponent(as) }),
          ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
        },
        read ? null : JSON.stringify(input),
        signal,
      )
      const answer = parse(await textOf(response, signal))
      if (response.statusCode === 200) return answer
      const problem = answer as {
        code?: string
        detail?: string
        field?: string
        details?: Record<string, unknown>
      } | null
      if (!problem?.code) {
        throw new OperationError(
          'unavailable',
          `What answers at ${nameOf(target)} is not irc.now (status ${response.statusCode}); check the address.`,
        )
      }
      throw errorOf({ ...problem, code: problem.code as never, message: problem.detail ?? '' })
    },
    async *events(signal, as) {
      const headers = {
        accept: 'text/event-stream',
        ...(as === undefined ? {} : { 'irc-now-as': encodeURIComponent(as) }),
      }
      const response = await send('GET', '/v1/events', headers, null, signal)
      if (response.statusCode !== 200)
        throw new OperationError('unavailable', 'Changes can’t be followed right now; try again.')
      let pending = ''
      response.setEncoding('utf8')
      for await (const chunk of whole(response, signal)) {
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

const nameOf = (target: Target) => ('socket' in target ? target.socket : target.url)

function unreachable(target: Target, cause: Error): OperationError {
  const next = 'socket' in target ? 'start it with “npm start”' : 'check the address and your connection'
  return new OperationError('unavailable', `Nothing answers at ${nameOf(target)}; ${next}.`, { cause })
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

/** The chunks of an answer; that it broke off is an error like all others. */
async function* whole(response: IncomingMessage, signal: AbortSignal | undefined): AsyncGenerator<string> {
  try {
    yield* response as AsyncIterable<string>
  } catch (cause) {
    if (signal?.aborted) throw cause
    const message = 'The connection broke before the answer was there; look whether it was done.'
    throw new OperationError('unavailable', message, { cause })
  }
}

async function textOf(response: IncomingMessage, signal: AbortSignal | undefined): Promise<string> {
  response.setEncoding('utf8')
  let text = ''
  for await (const chunk of whole(response, signal)) text += chunk
  return text
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
