import type { ErrorCode } from '@irc-now/core/operation/errors'
import type { Options } from '../../front-ends/front-end.ts'

type Input = Readonly<Record<string, unknown>>

/**
 * In texts, `{me}` is the member of the front end, `{other}` somebody else's account, `{ops}` its operator, and `{id}`
 * what was made last of all that was done before.
 */
export interface Case extends Options {
  readonly input: Input
  /** What it is refused with; absent where it succeeds. */
  readonly code?: ErrorCode
  /** Who asks; a member of their own for each front end and operation, unless said otherwise. */
  readonly who?: 'member' | 'operator' | 'nobody'
}

export interface Row {
  /** Done before, over HTTP, by each front end's member. */
  readonly before?: readonly (readonly [operation: string, input: Input])[]
  readonly cases: readonly Case[]
  /** The result tells of all accounts, so those of the other front ends are in it too. */
  readonly everybody?: boolean
}

/** A step that many rows begin with. */
export const bouncer = ['bouncer.create', {}] as const
export const onlyOps: Case = { input: {}, code: 'not_allowed' }
