import { isatty } from 'node:tty'
import { type Logger, pino, stdSerializers } from 'pino'
import pretty from 'pino-pretty'

interface Told {
  readonly type: string
  readonly message: string
  readonly stack: string
  readonly code?: unknown
  readonly constraint?: unknown
  readonly aggregateErrors?: readonly Told[]
}

/**
 * An error as logs have it. A database's carries the values of its query and of the row in the way, a request's its
 * headers: what members typed is not for logs, so nothing of an error is but what is named here.
 */
export const toldError = (error: unknown) =>
  error instanceof Error ? named(stdSerializers.err(error) as unknown as Told) : String(error)

function named({ type, message, stack, code, constraint, aggregateErrors }: Told): Told {
  const all = aggregateErrors && { aggregateErrors: aggregateErrors.map(named) }
  return { type, message, stack, code, constraint, ...all }
}

/** Lines for people on a terminal, JSON elsewhere; anything that could be a secret is left out in both. */
export function createLog(level: string): Logger {
  const options = {
    level,
    base: null,
    serializers: { err: toldError },
    redact: {
      paths: ['password', '*.password', 'token', '*.token', 'authorization', '*.authorization', 'req.headers'],
      censor: '(secret)',
    },
  }
  if (!isatty(2)) return pino(options, pino.destination(2))
  return pino(
    options,
    pretty({
      destination: 2,
      colorize: !process.env.NO_COLOR,
      translateTime: 'HH:MM:ss',
      ignore: 'pid,hostname',
      sync: true,
    }),
  )
}
