import type { OperationDescription } from '@irc-now/core/operation/describe'

export type Input = Readonly<Record<string, unknown>>

/**
 * What names one thing of a noun among the operations: the fields that its `show` takes, else what destroys it. Null
 * where nothing names it, such as a line of the audit.
 */
export function keyOf(operations: readonly OperationDescription[], noun: string, item: Input): Input | null {
  const ofNoun = operations.filter((one) => one.noun === noun)
  const naming = ofNoun.find(({ verb }) => verb === 'show') ?? ofNoun.find(({ effect }) => effect === 'destroy')
  const names = (naming?.fields ?? []).map(({ name }) => name).filter((name) => item[name] !== undefined)
  return names.length === 0 ? null : Object.fromEntries(names.map((name) => [name, item[name]]))
}

export interface Action {
  readonly operation: OperationDescription
  /** What is known already: the thing's key, in the operation's own words. */
  readonly input: Input
}

/** What can be done with one thing: each operation of its noun that takes its key, and what other nouns do to it. */
export function actionsOf(operations: readonly OperationDescription[], noun: string, key: Input): Action[] {
  const names = Object.keys(key)
  const takes = (operation: OperationDescription) =>
    names.length > 0
      ? names.every((name) => operation.fields.some((field) => field.name === name))
      : !operation.fields.some(({ required, kind }) => required && kind !== 'choice')
  const own = operations
    .filter((one) => one.noun === noun && one.verb !== 'create' && one.verb !== 'upload' && takes(one))
    .map((operation) => ({ operation, input: key }))
  const name = key.name
  const others =
    name === undefined || names.length !== 1
      ? []
      : operations
          .filter((one) => one.noun !== noun && one.fields.some((field) => field.name === noun) && isOfMany(one))
          .map((operation) => ({ operation, input: { [noun]: name } }))
  return [...own, ...others]
}

/** `list` and `create`: what can be said of a bouncer's upstreams without naming one. */
const isOfMany = ({ verb }: OperationDescription) => verb === 'list' || verb === 'create'

/** Whether all that an operation could be told is known, so that no form is needed. */
export const isComplete = ({ operation, input }: Action) =>
  operation.fields.every(({ name }) => input[name] !== undefined)

/** What a form of `operation` starts with, taken from how the thing is now: `null` and absent are an empty text. */
export function textsOf(operation: OperationDescription, item: Input): Record<string, string> {
  return Object.fromEntries(operation.fields.map(({ name, secret }) => [name, secret ? '' : textOfValue(item[name])]))
}

export function textOfValue(value: unknown): string {
  if (value === null || value === undefined || (typeof value === 'object' && !Array.isArray(value))) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return Array.isArray(value) ? value.join(',') : String(value)
}
