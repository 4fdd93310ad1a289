import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { type ErrorCode, OperationError } from '@irc-now/core/operation/errors'
import { inputFromText, type TextValue } from '@irc-now/core/operation/text-input'
import { verbLength } from '@irc-now/core/operation/verb-words'
import { distance } from 'fastest-levenshtein'

export interface Command {
  readonly operation: OperationDescription
  readonly input: Record<string, unknown>
  readonly confirm: string | undefined
  readonly dryRun: boolean
  readonly as: string | undefined
  /** A secret was typed: it went over IRC, so it is not used. */
  readonly secretGiven: boolean
}

/** The one of `names` that `word` begins, or is; throws with the candidates, or with what was probably meant. */
export function pick(
  kind: string,
  word: string,
  names: readonly string[],
  code: ErrorCode = 'unknown_operation',
): string {
  const wanted = word.toLowerCase()
  const exact = names.find((name) => name === wanted)
  if (exact) return exact
  const begun = names.filter((name) => name.startsWith(wanted))
  if (begun.length === 1) return begun[0]!
  const shown = word.slice(0, 30)
  if (begun.length > 1)
    throw new OperationError(code, `“${shown}” could be ${begun.join(', ').toUpperCase()}; type more of it.`)
  const [best] = [...names].sort((a, b) => distance(wanted.slice(0, 30), a) - distance(wanted.slice(0, 30), b))
  const near = best !== undefined && distance(wanted.slice(0, 30), best) <= Math.max(1, Math.floor(best.length / 3))
  throw new OperationError(
    code,
    near
      ? `There is no ${kind} “${shown}”; did you mean ${best.toUpperCase()}?`
      : `There is no ${kind} “${shown}”; HELP lists them.`,
  )
}

export const nounsOf = (operations: readonly OperationDescription[]) => [...new Set(operations.map(({ noun }) => noun))]

/** The verb that the words after a noun begin with, each of its words perhaps shortened, and what is left of them. */
export function pickVerb(
  noun: string,
  verbs: readonly string[],
  words: readonly string[],
): { verb: string; rest: readonly string[] } {
  const first = pick(`${noun} command`, words[0] ?? '', [...new Set(verbs.map((verb) => verb.split(' ')[0]!))])
  if (verbLength(verbs, first) === 1) return { verb: first, rest: words.slice(1) }
  const seconds = verbs.flatMap((verb) => (verb.startsWith(`${first} `) ? [verb.slice(first.length + 1)] : []))
  if (words[1] === undefined)
    throw new OperationError(
      'unknown_operation',
      `${noun.toUpperCase()} ${first.toUpperCase()} wants one of ${seconds.join(', ').toUpperCase()}.`,
    )
  return { verb: `${first} ${pick(`${noun} ${first} command`, words[1], seconds)}`, rest: words.slice(2) }
}

/** Reads `NOUN VERB words…`; a noun alone lists what one owns, where it can be listed. */
export function readCommand(operations: readonly OperationDescription[], words: readonly string[]): Command {
  const [nounWord = '', ...after] = words
  const noun = pick('command', nounWord, nounsOf(operations))
  const ofNoun = operations.filter((one) => one.noun === noun)
  const verbs = ofNoun.map(({ verb }) => verb)
  const { verb, rest } =
    after.length > 0 ? pickVerb(noun, verbs, after) : { verb: verbs.find((one) => one === 'list'), rest: [] }
  const operation = ofNoun.find((one) => one.verb === verb)
  if (!operation)
    throw new OperationError(
      'unknown_operation',
      `${noun.toUpperCase()} wants one of ${verbs.join(', ').toUpperCase()}.`,
    )
  return { operation, ...readRest(operation, rest) }
}

function readRest(operation: OperationDescription, words: readonly string[]): Omit<Command, 'operation'> {
  const texts: Record<string, TextValue> = {}
  const positionals = operation.fields
    .filter(({ position }) => position !== null)
    .sort((a, b) => a.position! - b.position!)
  const special: { confirm?: string; as?: string; dryRun?: boolean } = {}
  let secretGiven = false
  let place = 0

  const take = (name: string, value: string | undefined) => {
    const wanted = name.toLowerCase().replace(/^-+/, '')
    if (wanted === 'confirm' && value !== undefined) special.confirm = value
    else if (wanted === 'as' && value !== undefined) special.as = value
    else if (wanted === 'dry-run') special.dryRun = true
    else {
      const field = fieldOf(operation, wanted)
      // An empty value clears a secret, and gives none away.
      if (field.secret && value !== '') secretGiven = true
      else texts[field.name] = value ?? true
    }
  }
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!
    const [, flag, attached] = /^--?([a-zA-Z][a-zA-Z-]*)(?:=([\s\S]*))?$/.exec(word) ?? []
    const [, key, value] = /^([a-zA-Z][a-zA-Z-]*)=([\s\S]*)$/.exec(word) ?? []
    if (flag !== undefined) {
      const next = words[i + 1]
      const alone =
        flag.toLowerCase() === 'dry-run' || attached !== undefined || next === undefined || /^--?[a-zA-Z]/.test(next)
      take(flag, attached ?? (alone ? undefined : next))
      if (!alone) i += 1
    } else if (key !== undefined && value !== undefined) {
      take(key, value)
    } else {
      const field = positionals[place]
      if (!field)
        throw new OperationError(
          'invalid_input',
          `“${word.slice(0, 40)}” is one word too many; see HELP ${operation.noun.toUpperCase()} ${operation.verb.toUpperCase()}.`,
        )
      if (field.secret) secretGiven = true
      else texts[field.name] = word
      place += 1
    }
  }
  return {
    input: inputFromText(operation.fields, texts),
    confirm: special.confirm,
    as: special.as,
    dryRun: special.dryRun ?? false,
    secretGiven,
  }
}

function fieldOf(operation: OperationDescription, wanted: string): Field {
  const flags = operation.fields.map(({ flag }) => flag)
  const flag = pick(`setting of ${operation.noun} ${operation.verb}`, wanted, flags, 'invalid_input')
  return operation.fields.find((field) => field.flag === flag)!
}
