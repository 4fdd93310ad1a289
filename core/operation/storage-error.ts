import { OperationError } from './errors.ts'

/** A full disk, a lost database and what no text may have in it are the caller's to know; the rest is left as it is. */
export function storageError(error: unknown): unknown {
  if (error instanceof OperationError) return error
  const { code, message } = error as { code?: string; message?: string }
  if (code === '53100' || code === 'ENOSPC' || code === 'EDQUOT' || message?.includes('No space left')) {
    return storageFull(error)
  }
  const lost =
    code && (/^(08|57P|53300)/.test(code) || ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code))
  if (lost || /^Connection terminated|timeout exceeded when trying to connect/.test(message ?? '')) {
    return new OperationError('unavailable', 'The database can’t be reached; try again in a moment.', { cause: error })
  }
  if (code === '22021')
    return new OperationError('invalid_input', 'There is a NUL in it, which no text has; leave it out.', {
      cause: error,
    })
  return error
}

export const storageFull = (cause?: unknown) =>
  new OperationError('storage_full', 'The disk is full, so nothing was changed; make room and try again.', { cause })
