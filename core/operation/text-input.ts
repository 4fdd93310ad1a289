import type { Field } from './describe.ts'
import { OperationError } from './errors.ts'
import { unseenIn } from './unseen.ts'

/** What a person or a shell typed for a field: a text, several, or a bare flag. */
export type TextValue = string | boolean | readonly (string | boolean)[]

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
}

/**
 * Turns texts (flags, `key=value` words, query parameters, form entries) into an operation's input. It only gives each
 * text its type; whether the value is right is the schema's to say. Throws `invalid_input`.
 */
export function inputFromText(
  fields: readonly Field[],
  texts: Readonly<Record<string, TextValue | undefined>>,
): Record<string, unknown> {
  const input: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(texts)) {
    if (value === undefined) continue
    const field = fields.find((one) => one.name === name)
    if (!field) {
      const known = fields.length === 0 ? 'it takes none' : `there are ${fields.map((one) => one.name).join(', ')}`
      throw new OperationError('invalid_input', `There is no field “${name}” here; ${known}.${unseenIn(name)}`)
    }
    input[name] = typedValue(field, value)
  }
  return input
}

function typedValue(field: Field, value: TextValue): unknown {
  if (field.kind === 'list') {
    const texts = Array.isArray(value) ? value : [value]
    return texts
      .flatMap((text) => String(text).split(','))
      .map((text: string) => chosen(field, text.trim()))
      .filter((text: string) => text !== '')
  }
  const last = Array.isArray(value) ? value.at(-1) : value
  if (field.kind === 'boolean') {
    const said = (Array.isArray(value) ? value : [value]).map((one) => truthOf(field, one))
    if (new Set(said).size > 1)
      throw new OperationError('invalid_input', `${field.name} was given as yes and as no; give one of them.`, {
        field: field.name,
      })
    return said[0]
  }
  if (typeof last === 'boolean') throw wrong(field, 'a value')
  const text = String(last)
  if (text === '' && field.nullable) return null
  if (field.kind !== 'integer' && field.kind !== 'number') return chosen(field, text)
  // Number('') and Number('0x10') are numbers to JavaScript, not to a person.
  if (!/^-?\d+(\.\d+)?$/.test(text)) throw wrong(field, 'a number', text)
  return Number(text)
}

/** A choice is one in capitals too, as yes and no are. */
const chosen = ({ choices }: Field, text: string): string =>
  choices.find((one) => one === text) ?? choices.find((one) => one.toLowerCase() === text.toLowerCase()) ?? text

function truthOf(field: Field, value: string | boolean): boolean {
  const truth = typeof value === 'boolean' ? value : truths[value.toLowerCase()]
  if (truth === undefined) throw wrong(field, 'yes or no', String(value))
  return truth
}

const wrong = (field: Field, wanted: string, text = '') =>
  new OperationError('invalid_input', `${field.name} wants ${wanted}.${unseenIn(text)}`, { field: field.name })
