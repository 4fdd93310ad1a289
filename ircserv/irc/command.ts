import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { flagNamed, withFieldsNamed } from '@irc-now/core/operation/named-fields'
import { verbLength } from '@irc-now/core/operation/verb-words'
import { type Arguments, readArguments } from './arguments.ts'
import { begunBy, pick } from './pick.ts'
import type { Word } from './words.ts'

export interface Command extends Arguments {
  readonly operation: OperationDescription
}

export const nounsOf = (operations: readonly OperationDescription[]) => [...new Set(operations.map(({ noun }) => noun))]

/**
 * The noun that a word begins, or is: where it could be several, the one that has the verb which the next word begins, so
 * that B CR is BOUNCER CREATE though there is BILLING too. `others` are what else may stand first.
 */
export function pickNoun(
  operations: readonly OperationDescription[],
  word: string,
  next: string | undefined,
  others: readonly string[] = [],
): string {
  const nouns = begunBy(word, nounsOf(operations))
  const fitting = operations
    .filter(({ noun, verb }) => nouns.includes(noun) && next !== undefined && verb.startsWith(next.toLowerCase()))
    .map(({ noun }) => noun)
  const [only, another] = new Set(fitting)
  if (only !== undefined && another === undefined && begunBy(word, others).length === 0) return only
  return pick('command', word, [...others, ...nounsOf(operations)])
}

/** The verb that the words after a noun begin with, each of its words perhaps shortened. */
export function pickVerb(noun: string, verbs: readonly string[], words: readonly string[]): string {
  const first = pick(`${noun} command`, words[0] ?? '', [...new Set(verbs.map((verb) => verb.split(' ')[0]!))])
  if (verbLength(verbs, first) === 1) return first
  const seconds = verbs.flatMap((verb) => (verb.startsWith(`${first} `) ? [verb.slice(first.length + 1)] : []))
  if (words[1] === undefined)
    throw new OperationError(
      'unknown_operation',
      `${noun.toUpperCase()} ${first.toUpperCase()} wants one of ${seconds.join(', ').toUpperCase()}.`,
    )
  return `${first} ${pick(`${noun} ${first} command`, words[1], seconds)}`
}

/** Reads `NOUN VERB words…`; a noun alone lists what one owns, where it can be listed. */
export function readCommand(operations: readonly OperationDescription[], words: readonly Word[]): Command {
  const [nounWord, ...after] = words
  const noun = pickNoun(operations, nounWord?.text ?? '', after[0]?.text)
  const ofNoun = operations.filter((one) => one.noun === noun)
  const verbs = ofNoun.map(({ verb }) => verb)
  const said = after.map(({ text }) => text)
  const verb = said.length > 0 ? pickVerb(noun, verbs, said) : verbs.find((one) => one === 'list')
  const rest = after.slice(verb?.split(' ').length)
  const operation = ofNoun.find((one) => one.verb === verb)
  if (!operation)
    throw new OperationError(
      'unknown_operation',
      `${noun.toUpperCase()} wants one of ${verbs.join(', ').toUpperCase()}.`,
    )
  try {
    return { operation, ...readArguments(operation, rest) }
  } catch (error) {
    throw withFieldsNamed(error, operation.fields, flagNamed)
  }
}
