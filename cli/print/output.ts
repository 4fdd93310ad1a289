import { styleText } from 'node:util'
import type { OperationDescription } from '@irc-now/core/operation/describe'
import { errorCodes, OperationError, problemOf } from '@irc-now/core/operation/errors'
import { blockLines, details, knowWidths, safe, safeJson, table } from './text.ts'

/** What printing needs to know of an operation. */
type Shown = Pick<OperationDescription, 'noun' | 'columns'> &
  Partial<Pick<OperationDescription, 'main' | 'address' | 'forPrograms'>> & {
    /** The words that make a thing such as are listed. */
    readonly maker?: string | undefined
  }

export interface Output {
  /** Resolves, where it is not done at once, when it is printed. */
  result(operation: Shown, output: unknown): Promise<void> | undefined
  /** A word to the person, never data. */
  note(text: string): void
  text(text: string): void
  /** A text of somebody's, as it is; a terminal gets it so that nothing in it steers it. */
  source(text: string): void
  /** Prints the error and answers with the exit code. */
  error(error: unknown): number
}

/** As wide as the terminal is; what goes anywhere else is as wide as it is. */
const roomOf = (to: NodeJS.WriteStream) => (to.isTTY === true && to.columns > 0 ? to.columns : undefined)

/** Data goes to stdout, everything else to stderr. `json` is null for people, else the fields asked for. */
export function createOutput(json: readonly string[] | null): Output {
  const coloured = process.stdout.isTTY === true ? !process.env.NO_COLOR : Boolean(process.env.CLICOLOR_FORCE)
  const style = (format: 'bold' | 'dim') => (text: string) =>
    coloured ? styleText(format, text, { validateStream: false }) : text
  const colours = { bold: style('bold'), dim: style('dim') }
  const data = (text: string) => void process.stdout.write(`${text}\n`)
  const show = (operation: Shown, output: unknown) => {
    const items = (output as { items?: Record<string, unknown>[] }).items
    if (!items) return data(details(forPeople(output as Record<string, unknown>, operation), colours))
    if (items.length > 0) {
      const { text, hidden } = table(items, operation, colours, roomOf(process.stdout))
      data(text)
      if (hidden.length > 0)
        process.stderr.write(`There is no room for ${hidden.join(', ')}; widen the terminal, or use --json.\n`)
      return
    }
    const { maker } = operation
    process.stderr.write(maker ? `There is none yet; “irc-now ${maker}” makes one.\n` : 'There is none.\n')
  }
  return {
    note: (text) => void process.stderr.write(`${safe(text)}\n`),
    text: (text) => void process.stdout.write(text),
    source(text) {
      if (process.stdout.isTTY === true) data(blockLines(text.replace(/\r?\n$/, '')).join('\n'))
      else process.stdout.write(text)
    },
    result(operation, output) {
      if (json) {
        data(safeJson(picked(output, json), process.stdout.isTTY ? 2 : undefined))
        return undefined
      }
      const main = operation.main && (output as Record<string, unknown>)[operation.main]
      if (typeof main === 'string') {
        data(safe(main))
        return undefined
      }
      const loading = knowWidths(output)
      if (loading) return loading.then(() => show(operation, output))
      show(operation, output)
      return undefined
    },
    error(error) {
      const problem = problemOf(error)
      if (json) data(safeJson({ error: problem }))
      else process.stderr.write(`irc-now: ${safe(problem.message)} [${problem.code}]\n`)
      const kept = problem.details?.kept
      if (typeof kept === 'string' && !json) process.stderr.write(`What you have written is kept in ${safe(kept)}\n`)
      if (!(error instanceof OperationError) && process.env.IRC_NOW_LOG === 'debug') console.error(error)
      return errorCodes[problem.code].exit
    },
  }
}

/** A thing without what says the same again for programs. */
const forPeople = (thing: Readonly<Record<string, unknown>>, { forPrograms = [] }: Pick<Shown, 'forPrograms'>) =>
  Object.fromEntries(Object.entries(thing).filter(([name]) => !forPrograms.includes(name)))

/** Only the fields asked for, in a list's items or in the thing itself; an unknown field is an error. */
function picked(output: unknown, fields: readonly string[]): unknown {
  if (fields.length === 0) return output
  const { items } = output as { items?: Record<string, unknown>[] }
  const pick = (item: Record<string, unknown>) => {
    const unknown = fields.find((field) => !(field in item))
    if (unknown)
      throw new OperationError(
        'invalid_input',
        `There is no field “${unknown}”; there are ${Object.keys(item).join(', ')}.`,
      )
    return Object.fromEntries(fields.map((field) => [field, item[field]]))
  }
  return items ? { items: items.map(pick) } : pick(output as Record<string, unknown>)
}
