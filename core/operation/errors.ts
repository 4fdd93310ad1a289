/**
 * Every error code of the platform, the same on every front end. HTTP answers carry `status`; the command line
 * leaves with `exit`; NowServ prints `[code] sentence`.
 */
export const errorCodes = {
  invalid_input: { status: 400, exit: 2, title: 'The input is not valid' },
  secret_on_irc: { status: 400, exit: 2, title: 'Secrets never cross IRC' },
  confirmation_required: { status: 409, exit: 2, title: 'This wants a confirmation' },
  confirmation_invalid: { status: 409, exit: 2, title: 'The confirmation does not match' },
  not_signed_in: { status: 401, exit: 4, title: 'Nobody is signed in' },
  wrong_credentials: { status: 401, exit: 4, title: 'The name or the password is wrong' },
  suspended: { status: 403, exit: 4, title: 'The account is suspended' },
  not_allowed: { status: 403, exit: 5, title: 'This is not allowed' },
  not_found: { status: 404, exit: 6, title: 'There is no such thing' },
  unknown_operation: { status: 404, exit: 2, title: 'There is no such operation' },
  name_taken: { status: 409, exit: 7, title: 'The name is taken' },
  conflict: { status: 409, exit: 7, title: 'Something else is in the way' },
  quota_reached: { status: 409, exit: 8, title: 'The plan allows no more' },
  payment_failed: { status: 402, exit: 8, title: 'The payment did not go through' },
  idempotency_mismatch: { status: 422, exit: 2, title: 'The idempotency key was used for another request' },
  rate_limited: { status: 429, exit: 9, title: 'Too many requests' },
  too_large: { status: 413, exit: 2, title: 'The input is too large' },
  not_connected: { status: 502, exit: 11, title: 'It does not connect as it should' },
  timed_out: { status: 504, exit: 10, title: 'It took too long' },
  unavailable: { status: 503, exit: 10, title: 'A part of the platform is down' },
  storage_full: { status: 507, exit: 10, title: 'The storage is full' },
  internal: { status: 500, exit: 1, title: 'Something broke' },
} as const

export type ErrorCode = keyof typeof errorCodes

/** What a front end may know of an error: a stable code and one sentence that names the next step. */
export class OperationError extends Error {
  override readonly name = 'OperationError'
  readonly code: ErrorCode
  /** The input field at fault, where one is. */
  readonly field: string | undefined
  /** Facts for programs, for instance `{ expected: 'main' }` or `{ retryAfter: 3 }` (seconds). */
  readonly details: Readonly<Record<string, unknown>>

  constructor(
    code: ErrorCode,
    message: string,
    options: { field?: string; details?: Record<string, unknown>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.field = options.field
    this.details = options.details ?? {}
  }
}

/** The form in which an error travels: RFC 9457 members, `--json` output and NowServ's data tag. */
export interface Problem {
  readonly code: ErrorCode
  readonly message: string
  readonly field?: string
  readonly details?: Readonly<Record<string, unknown>>
}

export function problemOf(error: unknown): Problem {
  if (!(error instanceof OperationError)) {
    return { code: 'internal', message: 'Something broke on our side; try again, and tell the operators if it stays.' }
  }
  return {
    code: error.code,
    message: error.message,
    ...(error.field === undefined ? {} : { field: error.field }),
    ...(Object.keys(error.details).length === 0 ? {} : { details: error.details }),
  }
}

export function errorOf(problem: Problem): OperationError {
  const code = problem.code in errorCodes ? problem.code : 'internal'
  return new OperationError(code, problem.message, {
    ...(problem.field === undefined ? {} : { field: problem.field }),
    ...(problem.details === undefined ? {} : { details: { ...problem.details } }),
  })
}

/** What wants a confirmation says how it is typed, in the shell and on IRC alike; anything else is as it was. */
export function withFlag(error: unknown): unknown {
  if (!(error instanceof OperationError) || error.code !== 'confirmation_required') return error
  return new OperationError(
    error.code,
    `${error.message.replace(/\.$/, '')} with --confirm ${String(error.details.expected)}.`,
    { details: { ...error.details } },
  )
}

export const notFound = (noun: string, name: string) =>
  new OperationError('not_found', `You have no ${noun} named “${name}”; see “${noun} list”.`)
