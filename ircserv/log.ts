import { isatty } from 'node:tty'
import { type Logger, pino, stdSerializers } from 'pino'
import pretty from 'pino-pretty'

/** A database's error carries the values of its query: what members typed is not for logs. */
const withoutParameters = (error: Error) => {
  const { params: _, query: __, ...rest } = stdSerializers.err(error) as ReturnType<typeof stdSerializers.err> & object
  return rest
}

/** Lines for people on a terminal, JSON elsewhere; anything that could be a secret is left out in both. */
export function createLog(level: string): Logger {
  const options = {
    level,
    base: null,
    serializers: { err: withoutParameters },
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
