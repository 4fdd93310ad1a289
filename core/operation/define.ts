import type { z } from 'zod'
import type { Before, Context } from './context.ts'
import type { ErrorCode } from './errors.ts'

/** Who may call: anybody, a signed-in member, or the platform's operators. A read for anybody is not told who reads. */
export type Access = 'anyone' | 'member' | 'ops'

/** `read` changes nothing; `write` can be undone by another write; `destroy` can't and wants a confirmation. */
export type Effect = 'read' | 'write' | 'destroy'

/**
 * How a caller learns that the world has followed: call the read operation `show` with the fields `by` (taken from
 * the output, else from the input) until the thing is `working` (connected, where it should be), until the change is
 * `applied`, or until the thing is `gone` (not_found). settle.ts has the rule.
 */
export interface Settle {
  readonly show: string
  readonly by: readonly string[]
  readonly until: 'working' | 'applied' | 'gone'
}

export interface Definition<Input extends z.ZodObject, Output extends z.ZodType, Prepared = unknown> {
  /** `noun.verb`, singular; what belongs to a thing is named between: `bouncer.hostname.set`. */
  readonly name: string
  /** One sentence, as it stands in every help. */
  readonly summary: string
  /** What a careful reader should know besides: plain sentences. */
  readonly description?: string
  readonly access: Access
  readonly effect: Effect
  /** Input fields that may be given without their name, in order. */
  readonly positional?: readonly (keyof z.input<Input> & string)[]
  readonly input: Input
  readonly output: Output
  readonly errors: readonly ErrorCode[]
  /** Inputs as a user would give them, for help texts: `['main', 'work --nick alice2']` after noun and verb. */
  readonly examples?: readonly string[]
  readonly settle?: Settle
  /** What the caller must repeat to confirm (`destroy` only): an input field, or the own account's name. */
  readonly confirm?: (keyof z.input<Input> & string) | 'account'
  /** The output is a list: the fields that a table shows first. */
  readonly columns?: readonly string[]
  /**
   * What takes its time (hashing a password, receiving a file) or asks other systems (the payment provider): done before
   * the transaction, by who may, also in a dry run, where it only looks. It is done again when the request is, so what it
   * writes elsewhere goes by `decided` and `key`. Its answer is the handler's third argument; where that has a `digest`,
   * this stands for the file when two requests are compared.
   */
  readonly before?: (input: z.output<Input>, before: Before) => Promise<Prepared>
  readonly handle: (
    input: z.output<Input>,
    context: Context,
    prepared: Prepared | undefined,
  ) => Promise<z.input<Output>>
}

export interface Operation<
  Input extends z.ZodObject = z.ZodObject,
  Output extends z.ZodType = z.ZodType,
  Prepared = unknown,
> extends Definition<Input, Output, Prepared> {
  readonly noun: string
  /** Its words as they are typed: `create`, `hostname set`. */
  readonly verb: string
}

// A catalogue holds operations of every shape; their handlers are only ever called with what their schema parsed.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyOperation = Operation<any, any, any>

/** Defines an operation once; every front end is derived from it. Throws on a definition that could not be served. */
export function defineOperation<Input extends z.ZodObject, Output extends z.ZodType, Prepared = undefined>(
  definition: Definition<Input, Output, Prepared>,
): Operation<Input, Output, Prepared> {
  if (!/^[a-z]+(\.[a-z]+){1,2}$/.test(definition.name)) {
    throw new TypeError(`${definition.name}: an operation is named noun.verb or noun.part.verb`)
  }
  const [noun = '', ...verb] = definition.name.split('.')
  if ((definition.effect === 'destroy') !== (definition.confirm !== undefined)) {
    throw new TypeError(`${definition.name}: what destroys, and only that, names its confirmation`)
  }
  return { ...definition, noun, verb: verb.join(' ') }
}
