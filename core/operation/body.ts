import type { Field, OperationDescription } from './describe.ts'
import { OperationError } from './errors.ts'

/** Bytes of a request without a body field, and of all that is beside one. */
export const usualRequestBytes = 256 * 1024

export const bodyFieldOf = ({ fields }: Pick<OperationDescription, 'fields'>): Field | undefined =>
  fields.find(({ body }) => body !== null)

/** How many bytes a request may have as JSON, in which a character takes six at most. */
export function mostRequestBytes(operation: Pick<OperationDescription, 'fields'>): number {
  const field = bodyFieldOf(operation)
  return field?.body === 'text' ? usualRequestBytes + 6 * (field.longest ?? usualRequestBytes) : usualRequestBytes
}

/** As text, exactly as it is; `name` says where the bytes are from. Throws where they are no UTF-8. */
export function textOfBytes(bytes: Uint8Array, name: string, field: Field): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new OperationError('invalid_input', `${name} is no text in UTF-8; convert it first, as with iconv.`, {
      field: field.name,
      cause,
    })
  }
}

/** A file’s name as a field of at most `longest` characters takes it: of one that is longer, the beginning and the ending. */
export function fileNameFor(longest: number | null, name: string): string {
  if (longest === null || name.length <= longest) return name
  const [ending = ''] = /\.[\w+#-]{1,16}$/.exec(name) ?? []
  // Never half of a character.
  const beginning = name.slice(0, longest - ending.length - 1).replace(/[\ud800-\udbff]$/, '')
  return `${beginning}…${ending}`
}

/** The input for the field that takes a file’s name; nothing where none does. */
export function namedAfter({ fields }: Pick<OperationDescription, 'fields'>, fileName: string): Record<string, string> {
  const field = fields.find((one) => one.fileName)
  return field ? { [field.name]: fileNameFor(field.longest, fileName) } : {}
}
