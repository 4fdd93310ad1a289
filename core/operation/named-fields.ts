import type { Field } from './describe.ts'
import { OperationError } from './errors.ts'

/**
 * An error that names the input’s fields as a front end does: core calls them as the schema has them (`saslPassword`),
 * a shell knows `--sasl-password`. A name that is a word of English too counts only where the sentence begins with it.
 */
export function withFieldsNamed(error: unknown, fields: readonly Field[], nameOf: (field: Field) => string): unknown {
  if (!(error instanceof OperationError)) return error
  const message = fields.reduce((text, field) => {
    const inText = /[A-Z]/.test(field.name) ? new RegExp(`\\b${field.name}\\b`, 'g') : null
    const first = new RegExp(`^${field.name}(?=:| wants | is missing| was given )`)
    return text.replace(inText ?? first, nameOf(field))
  }, error.message)
  if (message === error.message) return error
  const { code, field, details, cause } = error
  return new OperationError(code, message, {
    ...(field === undefined ? {} : { field }),
    details: { ...details },
    cause,
  })
}

/** As a shell and NowServ take it: what has a place of its own needs no flag. */
export const flagNamed = ({ position, flag }: Pick<Field, 'position' | 'flag'>) =>
  position === null ? `--${flag}` : flag
