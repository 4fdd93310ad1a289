import { createReadStream } from 'node:fs'
import { textOfBytes } from '@irc-now/core/operation/body'
import { byteSize } from '@irc-now/core/operation/byte-size'
import type { Field } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'

const refused = (
  field: Field,
  message: string,
  code: 'invalid_input' | 'too_large' = 'invalid_input',
  cause?: unknown,
) => new OperationError(code, message, { field: field.name, ...(cause === undefined ? {} : { cause }) })

/** A whole text from a file (or from `-`, what is piped in); `name` is how it is called in errors. Throws OperationError. */
export async function readText(field: Field, path: string): Promise<string> {
  const name = path === '-' ? 'What came in' : `“${path}”`
  const bytes: Buffer[] = []
  const most = (field.longest ?? Number.POSITIVE_INFINITY) * 4
  let size = 0
  try {
    for await (const chunk of path === '-' ? process.stdin : createReadStream(path)) {
      bytes.push(chunk as Buffer)
      size += (chunk as Buffer).length
      if (size > most) break
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw refused(field, `${name} can’t be read (${code ?? 'unknown'}); name a file that can.`, 'invalid_input', cause)
  }
  return checkedText(field, Buffer.concat(bytes), name)
}

export function checkedText(field: Field, bytes: Uint8Array, name: string): string {
  if (bytes.length === 0) throw refused(field, `${name} is empty, so nothing was done.`)
  const longest = field.longest ?? Number.POSITIVE_INFINITY
  const tooLong = () => refused(field, `${name} has more than ${byteSize(longest)}; take a part of it.`, 'too_large')
  // A character has four bytes at most, and what was cut off may not be text any more.
  if (bytes.length > 4 * longest) throw tooLong()
  const text = textOfBytes(bytes, name, field)
  if (text.length > longest) throw tooLong()
  return text
}
