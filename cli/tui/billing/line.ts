import type { Tone } from '../theme.ts'

/** A piece of a row. */
export interface Piece {
  readonly text: string
  readonly tone?: Tone | null
  readonly bold?: boolean
  readonly dim?: boolean
}

export type Line = readonly Piece[]
