import { type ErrorCode, OperationError } from '@irc-now/core/operation/errors'
import { distance } from 'fastest-levenshtein'

/** The names that a word may stand for: itself, or those that begin so. */
export function begunBy(word: string, names: readonly string[]): string[] {
  const wanted = word.toLowerCase()
  return names.includes(wanted) ? [wanted] : names.filter((name) => name.startsWith(wanted))
}

/** The one of `names` that `word` begins, or is; throws with the candidates, or with what was probably meant. */
export function pick(
  kind: string,
  word: string,
  names: readonly string[],
  code: ErrorCode = 'unknown_operation',
): string {
  const wanted = word.toLowerCase()
  const begun = begunBy(wanted, names)
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
