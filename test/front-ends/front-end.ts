import type { OperationDescription } from '@irc-now/core/operation/describe'

/** Somebody with all that they sign in with anywhere; `null` in its place is nobody. */
export interface Person {
  readonly name: string
  readonly token: string
  readonly password: string
}

export interface Options {
  /** What the person answers when asked for a confirmation: the name, which each front end takes in its own way. */
  readonly confirm?: string
  readonly dryRun?: boolean
  readonly as?: string
}

export interface Answer {
  readonly output?: unknown
  /** The error's code, and the field at fault where the front end can say it. */
  readonly code?: string
  readonly field?: string | undefined
  /** It was finished on a one-time page, which shows each field as text and says no field at fault. */
  readonly onPage?: boolean
  /** It was read from a screen: each field as text, of a list its columns. */
  readonly onScreen?: boolean
  /** The field that can't be given so here at all: a form has only what is there, and offers only what can be chosen. */
  readonly unaskable?: string
}

/** A way to use the platform, as a person or a program does from outside. */
export interface FrontEnd {
  readonly name: string
  /** How the audit names it. */
  readonly via: string
  run(
    person: Person | null,
    operation: OperationDescription,
    input: Readonly<Record<string, unknown>>,
    options?: Options,
  ): Promise<Answer>
  close(): void
}

/** A field's value as somebody types it; `null` clears. */
export function typed(value: unknown): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return Array.isArray(value) ? value.join(',') : String(value)
}
