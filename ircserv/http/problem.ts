import type { IncomingMessage } from 'node:http'
import { errorCodes, OperationError, type Problem, problemOf } from '@irc-now/core/operation/errors'
import type { Logger } from 'pino'

/** What the sender is told of an error; what we did not expect is logged, never shown. */
export function problemOfRequest(
  error: unknown,
  incoming: IncomingMessage | undefined,
  log: { error(o: object, m: string): void },
  what = 'request failed',
): Problem {
  // That the sender has gone in the middle of the request is no failure of ours.
  const gone = incoming?.destroyed && !incoming.complete
  if (!(error instanceof OperationError) && !gone) log.error({ err: error }, what)
  return problemOf(error)
}

/** An error as RFC 9457 has it, with our stable code. */
export const problemResponse = (error: unknown, log: Logger, incoming?: IncomingMessage): Response =>
  fromProblem(problemOfRequest(error, incoming, log))

/** With the status of its code, unless HTTP has a closer one for what happened. */
export function fromProblem(
  problem: Problem,
  more: { status?: number; headers?: Record<string, string> } = {},
): Response {
  const { title } = errorCodes[problem.code]
  const { status = errorCodes[problem.code].status } = more
  const retryAfter = problem.details?.retryAfter
  const { code, message, field, details } = problem
  return new Response(
    JSON.stringify({ type: `urn:irc-now:error:${code}`, title, status, code, detail: message, field, details }),
    {
      status,
      headers: {
        'content-type': 'application/problem+json',
        'cache-control': 'no-store',
        ...(typeof retryAfter === 'number' ? { 'retry-after': String(Math.ceil(retryAfter)) } : {}),
        // What was not read of a body that is too large ends with the connection.
        ...(status === 413 ? { connection: 'close' } : {}),
        ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
        ...more.headers,
      },
    },
  )
}
