import { createReadStream, statSync } from 'node:fs'
import { basename } from 'node:path'
import { namedAfter } from '@irc-now/core/operation/body'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { safe } from '../print/text.ts'
import { progressBar } from './progress-bar.ts'
import type { SentFile } from './request.ts'
import { sendFile } from './send-file.ts'

/** The file that the input names by its path, and the rest of the input; where a field takes the file's name, it has it. */
export function namedFile(
  operation: OperationDescription,
  field: Field,
  input: Readonly<Record<string, unknown>>,
  path: string,
) {
  const { [field.name]: _, ...given } = input
  const rest = path === '-' ? given : { ...namedAfter(operation, basename(path)), ...given }
  return { file: sentFile(field, path), rest }
}

/** A file by its path, or `-` for what is piped in, ready to be sent. Throws `invalid_input` where it can't be read. */
function sentFile(field: Field, path: string): SentFile {
  const name = path === '-' ? 'what came in' : path
  const refused = (why: string, cause?: unknown) =>
    new OperationError('invalid_input', `“${name}” can’t be sent (${why}); name a file that can be read.`, {
      field: field.name,
      cause,
    })
  let size: number | null = null
  if (path !== '-') {
    try {
      const found = statSync(path)
      if (found.isDirectory()) throw refused('it is a folder')
      if (found.isFile()) size = found.size
    } catch (error) {
      if (error instanceof OperationError) throw error
      throw refused((error as NodeJS.ErrnoException).code ?? 'unknown', error)
    }
    if (size !== null && field.longest !== null && size > field.longest)
      throw new OperationError('too_large', `“${name}” has more than ${field.longest / 1048576} MB; make it smaller.`, {
        field: field.name,
      })
  }
  const bar = progressBar(safe(path === '-' ? name : basename(path)), size)
  return {
    size,
    sendTo: (outgoing, reject) =>
      sendFile(path === '-' ? process.stdin : createReadStream(path), outgoing, bar.show, reject),
    end: () => bar.end(),
  }
}
