import { errorCodes, OperationError, type Problem, problemOf } from '@irc-now/core/operation/errors'
import type { Logger } from 'pino'

/** An error as RFC 9457 has it, with our stable code; what we did not expect is logged, never shown. */
export function problemResponse(error: unknown, log: Logger): Response {
  if (!(error instanceof OperationError)) log.error({ err: error }, 'request failed')
  return fromProblem(problemOf(error))
}

export function fromProblem(problem: Problem): Response {
  const { status, title } = errorCodes[problem.code]
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
      },
    },
  )
}
