import { bodyFieldOf } from '@irc-now/core/operation/body'
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
  /** Some of the operation’s whole text was typed; it is no line of IRC, so it is not used. */
  readonly bodyGiven: boolean
}

/** What every command takes besides its own fields. */
export const commonFields = fieldsOf({ input: z.object({ confirm: z.string(), as: z.string(), dryRun: z.boolean() }) })

const flagPattern = /^--?([a-zA-Z][a-zA-Z-]*)(?:=([\s\S]*))?$/
const pairPattern = /^([a-zA-Z][a-zA-Z-]*)=([\s\S]*)$/

/**
 * Reads the words after noun and verb as a shell's commands read theirs: a flag takes the word after it as its value, a
 * quoted word is always a value, and after `--` all are. Given twice, lists are joined, and of all else the last counts.
 * What is left over is the operation’s whole text, where it has one.
 */
export function readArguments(operation: OperationDescription, words: readonly Word[]): Arguments {
  const values = new Map<Field, string[]>()
  const secrets = { given: false, asked: false }
  const body = bodyFieldOf(operation)
  let bodyGiven = false
  const put = (field: Field, value: string) => {
    if (field === body) bodyGiven = true
    // An empty value clears a secret, and gives none away.
    else if (field.secret && value !== '') secrets.given = true
    else values.set(field, [...(values.get(field) ?? []), value])
  }
  const putBare = (field: Field) => {
    if (field === body) return
    if (field.secret) secrets.asked = true
    else if (field.kind === 'boolean') put(field, 'yes')
    else
      throw new OperationError(
        'invalid_input',
        `--${field.flag} wants a value after it, such as --${field.flag} "a b".`,
        { field: field.name },
      )
  }
  const places = operation.fields.filter(({ position }) => position !== null).sort((a, b) => a.position! - b.position!)
  const rest = [...words]
  let flags = true
  for (let word = rest.shift(); word; word = rest.shift()) {
    const [, flag, attached] = (flags && !word.quoted && flagPattern.exec(word.text)) || []
    const [, key, value = ''] = (flags && !word.quoted && pairPattern.exec(word.text)) || []
    const choosing = attached === undefined && flag !== undefined ? choosingField(operation, flag) : undefined
    const negated = attached === undefined && flag !== undefined ? negatedField(operation, flag) : undefined
    if (choosing) put(choosing, flag!.toLowerCase())
    else if (negated) put(negated, 'no')
    else if (flag !== undefined) {
      const field = fieldOf(operation, flag)
      if (attached !== undefined) put(field, attached)
      else if (rest[0] && takes(operation, field, rest[0])) put(field, rest.shift()!.text)
      else putBare(field)
    } else if (key !== undefined && (!body || isSetting(operation, key))) put(fieldOf(operation, key), value)
    else if (flags && !word.quoted && word.text === '--') flags = false
    else put(places.shift() ?? body ?? tooMany(operation, word), word.text)
  }
  const open = body ? undefined : words.at(-1)?.open
  if (open !== undefined)
    throw new OperationError(
      'invalid_input',
      `A ${open} is open; close it, or write \\${open} for the character itself.`,
    )
  const textsOf = (fields: readonly Field[]) =>
    Object.fromEntries(fields.flatMap((field) => (values.has(field) ? [[field.name, values.get(field)!]] : [])))
  const { confirm, as, dryRun } = inputFromText(commonFields, textsOf(commonFields))
  return {
    input: inputFromText(operation.fields, textsOf(operation.fields)),
    confirm: confirm as string | undefined,
    as: as as string | undefined,
    dryRun: dryRun === true,
    secretGiven: secrets.given,
    secretAsked: secrets.asked,
    bodyGiven,
  }
}

/** Whether the word after a bare flag is its value: always, where it wants one. */
function takes(operation: OperationDescription, field: Field, { text, quoted }: Word): boolean {
  if (field.name === 'dryRun' && commonFields.includes(field)) return false
  if (quoted || (field.kind !== 'boolean' && !field.secret)) return true
  const [, flag] = flagPattern.exec(text) ?? []
  // A secret is not told apart by its looks alone, or one that begins with - would be answered as an unknown flag.
  return flag === undefined || (field.secret && !isSetting(operation, flag))
}

const everywhere = (typed: string) => commonFields.find(({ flag }) => flag === typed.toLowerCase())
const flagsOf = ({ fields }: OperationDescription) => fields.map(({ flag }) => flag)

const isSetting = (operation: OperationDescription, typed: string) =>
  everywhere(typed) !== undefined || begunBy(typed, flagsOf(operation)).length === 1

/** The field of which a flag is a choice. */
const choosingField = ({ fields }: OperationDescription, flag: string) =>
  fields.find(({ choiceFlags, choices }) => choiceFlags && choices.includes(flag.toLowerCase()))

/** What `--no-x` is about: as in a shell, it says no to `--x`. */
const negatedField = ({ fields }: OperationDescription, flag: string) =>
  fields.find((field) => field.kind === 'boolean' && flag.toLowerCase() === `no-${field.flag}`)

function fieldOf(operation: OperationDescription, typed: string): Field {
  const found = everywhere(typed) ?? operation.fields.find(({ aliases }) => aliases.includes(typed.toLowerCase()))
  if (found) return found
  const flag = pick(`setting of ${operation.noun} ${operation.verb}`, typed, flagsOf(operation), 'invalid_input')
  return operation.fields.find((field) => field.flag === flag)!
}

function tooMany({ noun, verb }: OperationDescription, { text }: Word): never {
  throw new OperationError(
    'invalid_input',
    `“${text.slice(0, 40)}” is one word too many; see HELP ${noun.toUpperCase()} ${verb.toUpperCase()}.`,
  )
}
