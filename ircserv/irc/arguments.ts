import { type Field, fieldsOf, type OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { inputFromText } from '@irc-now/core/operation/text-input'
import { z } from 'zod'
import { begunBy, pick } from './pick.ts'
import type { Word } from './words.ts'

export interface Arguments {
  readonly input: Record<string, unknown>
  readonly confirm: string | undefined
  readonly dryRun: boolean
  readonly as: string | undefined
  /** A secret was typed: it went over IRC, so it is not used. */
  readonly secretGiven: boolean
  /** A secret was named without a value: it is to be typed on a page. */
  readonly secretAsked: boolean
}

/** What every command takes besides its own fields. */
const common = fieldsOf({ input: z.object({ confirm: z.string(), as: z.string(), dryRun: z.boolean() }) })

const flagPattern = /^--?([a-zA-Z][a-zA-Z-]*)(?:=([\s\S]*))?$/
const pairPattern = /^([a-zA-Z][a-zA-Z-]*)=([\s\S]*)$/

/**
 * Reads the words after noun and verb as a shell's commands read theirs: a flag takes the word after it as its value, a
 * quoted word is always a value, and after `--` all are. Given twice, lists are joined, and of all else the last counts.
 */
export function readArguments(operation: OperationDescription, words: readonly Word[]): Arguments {
  const values = new Map<Field, string[]>()
  const secrets = { given: false, asked: false }
  const put = (field: Field, value: string) => {
    // An empty value clears a secret, and gives none away.
    if (field.secret && value !== '') secrets.given = true
    else values.set(field, [...(values.get(field) ?? []), value])
  }
  const putBare = (field: Field) => {
    if (field.secret) secrets.asked = true
    else if (field.kind === 'boolean') put(field, 'yes')
    else
      throw new OperationError(
        'invalid_input',
        `--${field.flag} wants a value after it, such as --${field.flag} "a b".`,
        {
          field: field.name,
        },
      )
  }
  const places = operation.fields.filter(({ position }) => position !== null).sort((a, b) => a.position! - b.position!)
  const rest = [...words]
  let flags = true
  for (let word = rest.shift(); word; word = rest.shift()) {
    const [, flag, attached] = (flags && !word.quoted && flagPattern.exec(word.text)) || []
    const [, key, value = ''] = (flags && !word.quoted && pairPattern.exec(word.text)) || []
    if (flag !== undefined) {
      const field = fieldOf(operation, flag)
      if (attached !== undefined) put(field, attached)
      else if (rest[0] && takes(operation, field, rest[0])) put(field, rest.shift()!.text)
      else putBare(field)
    } else if (key !== undefined) put(fieldOf(operation, key), value)
    else if (flags && !word.quoted && word.text === '--') flags = false
    else put(places.shift() ?? tooMany(operation, word), word.text)
  }
  const textsOf = (fields: readonly Field[]) =>
    Object.fromEntries(fields.flatMap((field) => (values.has(field) ? [[field.name, values.get(field)!]] : [])))
  const { confirm, as, dryRun } = inputFromText(common, textsOf(common))
  return {
    input: inputFromText(operation.fields, textsOf(operation.fields)),
    confirm: confirm as string | undefined,
    as: as as string | undefined,
    dryRun: dryRun === true,
    secretGiven: secrets.given,
    secretAsked: secrets.asked,
  }
}

/** Whether the word after a bare flag is its value: always, where it wants one. */
function takes(operation: OperationDescription, field: Field, { text, quoted }: Word): boolean {
  if (field.name === 'dryRun' && common.includes(field)) return false
  if (quoted || (field.kind !== 'boolean' && !field.secret)) return true
  const [, flag] = flagPattern.exec(text) ?? []
  // A secret is not told apart by its looks alone, or one that begins with - would be answered as an unknown flag.
  return flag === undefined || (field.secret && begunBy(flag, flagsOf(operation)).length === 0)
}

const flagsOf = ({ fields }: OperationDescription) => [...common, ...fields].map(({ flag }) => flag)

function fieldOf(operation: OperationDescription, typed: string): Field {
  const wanted = typed.toLowerCase()
  const everywhere = common.find(({ flag }) => flag === wanted)
  if (everywhere) return everywhere
  const flags = operation.fields.map(({ flag }) => flag)
  const flag = pick(`setting of ${operation.noun} ${operation.verb}`, wanted, flags, 'invalid_input')
  return operation.fields.find((field) => field.flag === flag)!
}

function tooMany({ noun, verb }: OperationDescription, { text }: Word): never {
  throw new OperationError(
    'invalid_input',
    `“${text.slice(0, 40)}” is one word too many; see HELP ${noun.toUpperCase()} ${verb.toUpperCase()}.`,
  )
}
