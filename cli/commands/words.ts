import { bodyFieldOf } from '@irc-now/core/operation/body'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { type ErrorCode, OperationError } from '@irc-now/core/operation/errors'
import { verbLength } from '@irc-now/core/operation/verb-words'
import { distance } from 'fastest-levenshtein'

/** Options that every operation has. */
export const commonFlags = [
  'json',
  'wait',
  'no-wait',
  'timeout',
  'watch',
  'dry-run',
  'confirm',
  'as',
  'profile',
  'url',
  'help',
] as const

/** The text that an operation shows, alone and as it is. */
export const rawFlag = 'raw'

const withValue = new Set(['--timeout', '--confirm', '--as', '--profile', '--url'])

/** The noun and the words of the verb wherever they stand among the common flags, and all that is left. */
export function splitWords(
  operations: readonly OperationDescription[],
  argv: readonly string[],
): { words: string[]; rest: string[] } {
  const words: string[] = []
  const flags: string[] = []
  let i = 0
  const enough = ([noun, verb]: string[]) => 1 + verbLength(verbsOf(operations, noun), verb)
  for (; i < argv.length && words.length < enough(words); i++) {
    const word = argv[i]!
    if (word === '--') break
    if (!word.startsWith('-')) words.push(word)
    else if (withValue.has(word)) flags.push(word, ...argv.slice(++i, i + 1))
    else flags.push(word)
  }
  return { words, rest: [...flags, ...argv.slice(i)] }
}

/** What makes a thing of that noun; undefined where nothing does. */
export const makerOf = (operations: readonly OperationDescription[], noun: string) =>
  operations.find((one) => one.noun === noun && (one.verb === 'create' || one.verb === 'upload'))

export const nounsOf = (operations: readonly OperationDescription[]) => [...new Set(operations.map(({ noun }) => noun))]

const verbsOf = (operations: readonly OperationDescription[], noun: string | undefined) =>
  operations.filter((one) => one.noun === noun).map(({ verb }) => verb)

/** The verb with which the words after a noun begin; undefined where there are none. */
export function verbOf(
  operations: readonly OperationDescription[],
  noun: string,
  words: readonly string[],
): string | undefined {
  return words.slice(0, verbLength(verbsOf(operations, noun), words[0])).join(' ') || undefined
}

export function nearest(word: string, known: readonly string[]): string | null {
  const [best] = [...known].sort((a, b) => distance(word, a) - distance(word, b))
  return best !== undefined && distance(word, best) <= Math.max(1, Math.floor(best.length / 3)) ? best : null
}

export function unknownWord(
  kind: string,
  word: string,
  known: readonly string[],
  help: string,
  code: ErrorCode = 'unknown_operation',
): OperationError {
  const meant = nearest(word, known)
  const next = meant ? `did you mean “${meant}”?` : `see “${help}”.`
  return new OperationError(code, `There is no ${kind} “${word}”; ${next}`)
}

/** Finds the operation that `noun verb` names; throws with what was probably meant. */
export function findOperation(
  operations: readonly OperationDescription[],
  noun: string,
  verb: string | undefined,
  /** First words that are no nouns of operations, but may have been meant. */
  others: readonly string[] = [],
): OperationDescription {
  const ofNoun = operations.filter((one) => one.noun === noun)
  if (ofNoun.length === 0) throw unknownWord('noun', noun, [...nounsOf(operations), ...others], 'irc-now help')
  const verbs = ofNoun.map((one) => one.verb)
  if (verb === undefined) throw new OperationError('unknown_operation', `${noun} wants a verb: ${verbs.join(', ')}.`)
  const found = ofNoun.find((one) => one.verb === verb)
  const longer = verbs.filter((one) => one.startsWith(`${verb} `))
  if (longer.length > 0) throw new OperationError('unknown_operation', `${noun} wants one of ${longer.join(', ')}.`)
  if (!found) throw unknownWord(`verb of ${noun}`, verb, verbs, `irc-now ${noun} --help`)
  return found
}

/** All other flags with which a field is given. */
export const otherFlags = ({ aliases, choiceFlags, choices }: Field) => [...aliases, ...(choiceFlags ? choices : [])]

/** `<name>` or `[name]`. */
export const positionalsOf = ({ fields }: OperationDescription): Field[] =>
  fields.filter(({ position }) => position !== null).sort((a, b) => (a.position ?? 0) - (b.position ?? 0))

export const usageOf = (operation: OperationDescription) =>
  [
    'irc-now',
    operation.noun,
    operation.verb,
    ...positionalsOf(operation).map((field) => (field.required ? `<${field.flag}>` : `[${field.flag}]`)),
    ...(bodyFieldOf(operation) ? ['[FILE…]'] : []),
  ].join(' ')
