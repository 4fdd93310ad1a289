import type { z } from 'zod'
import { bodyFieldOf } from './body.ts'
import type { Actor } from './context.ts'
import type { AnyOperation } from './define.ts'
import { fieldsOf } from './describe.ts'
import { OperationError } from './errors.ts'
import { faultWords } from './fault-words.ts'
import { unseenIn } from './unseen.ts'

/** Half a character (a lone surrogate) is nothing that a database, a network or a terminal could keep. */
const isBroken = (value: unknown): boolean =>
  typeof value === 'string' ? !value.isWellFormed() : Array.isArray(value) && value.some(isBroken)

/** Made once for each operation: zod compiles a new schema at its first use, which takes longer than to answer. */
const strict = new WeakMap<AnyOperation, z.ZodObject>()

function strictInput(operation: AnyOperation): z.ZodObject {
  const known = strict.get(operation)
  if (known) return known
  const made = (operation.input as z.ZodObject).strict()
  strict.set(operation, made)
  return made
}

/** A field's own texts, and no deeper: what is nested without end would have no end here either. */
const textsIn = (given: unknown) => [given].flat().filter((one) => typeof one === 'string')

/** The input as the schema has it; throws `invalid_input` with one sentence about its first fault. */
export function parseInput(operation: AnyOperation, raw: unknown): Record<string, unknown> {
  const result = strictInput(operation).safeParse(raw ?? {}, { error: faultWords })
  if (result.success) {
    const data = result.data as Record<string, unknown>
    const broken = Object.keys(data).find((name) => isBroken(data[name]))
    if (broken === undefined) return data
    throw new OperationError('invalid_input', `${broken}: there is half a character in it; type it again.`, {
      field: broken,
    })
  }
  const issue = result.error.issues[0]!
  const field = issue.path[0] === undefined ? undefined : String(issue.path[0])
  const hint = `see “help ${operation.noun} ${operation.verb}”`
  if (issue.code === 'unrecognized_keys') {
    throw new OperationError('invalid_input', `There is no field of that name here; ${hint}.`, {
      details: { keys: issue.keys },
    })
  }
  const lacking = issue.code === 'invalid_type' && issue.input === undefined && field !== undefined
  const given = field === undefined || !raw ? undefined : (raw as Record<string, unknown>)[field]
  if (lacking && given === undefined)
    throw new OperationError('invalid_input', `${field} is missing; ${hint}.`, { field })
  const tooLong =
    issue.code === 'too_big' && field !== undefined && field === bodyFieldOf({ fields: fieldsOf(operation) })?.name
  throw new OperationError(
    tooLong ? 'too_large' : 'invalid_input',
    field ? `${field}: ${issue.message}${unseenIn(textsIn(given).join())}` : `The input is not right: ${issue.message}`,
    field ? { field } : {},
  )
}

/** Throws unless what destroys was confirmed by the name it wants repeated. */
export function confirmed(
  operation: AnyOperation,
  input: Record<string, unknown>,
  acting: Actor | null,
  options: { readonly dryRun?: boolean; readonly confirm?: string },
): void {
  if (operation.effect !== 'destroy' || options.dryRun) return
  const expected = operation.confirm === 'account' ? acting?.name : String(input[operation.confirm!])
  if (options.confirm === expected) return
  throw options.confirm === undefined
    ? new OperationError('confirmation_required', `This can’t be undone; repeat “${expected}” to confirm.`, {
        details: { expected },
      })
    : new OperationError('confirmation_invalid', `The confirmation is not “${expected}”; nothing was done.`, {
        details: { expected },
      })
}
