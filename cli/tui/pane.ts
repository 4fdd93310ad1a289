import type { Field, OperationDescription, Source } from '@irc-now/core/operation/describe'
import type { Problem } from '@irc-now/core/operation/errors'
import type { Action, Input } from './actions.ts'
import type { Board } from './billing/board.ts'
import type { CommandText } from './command-text.ts'
import type { Line } from './line-editor.ts'
import type { Drawing } from './picture/drawing.ts'
import type { Token } from './tokens.ts'

export type Item = Readonly<Record<string, unknown>>

/** What is read from the platform, and read again when something changes. */
interface Reading {
  /** Null where there is nothing to read again: what a write answered, or a row that has no `show`. */
  readonly operation: OperationDescription | null
  readonly input: Input
  readonly noun: string
  readonly title: string
  problem: Problem | null
  loading: boolean
  /** Something changed while it was being read. */
  stale: boolean
}

export interface ListPane extends Reading {
  readonly kind: 'list'
  readonly columns: readonly string[]
  readonly empty: string | null
  items: readonly Item[] | null
  cursor: number
  filter: Line
  filtering: boolean
  /** Put the cursor on this one once it is there. */
  wanted: Input | null
}

/** What the schema says of a thing’s fields. */
export interface Marks {
  /** Shown this once. */
  readonly secrets: readonly string[]
  /** What a phone may scan. */
  readonly qr: readonly string[]
  /** The thing’s own address. */
  readonly address: string | null
  /** The address of a small picture of it. */
  readonly thumbnail: string | null
  /** A text that may be code. */
  readonly source: Source | null
  /** What says the same as others do, and is not shown. */
  readonly forPrograms: readonly string[]
}

export const noMarks: Marks = { forPrograms: [], secrets: [], qr: [], address: null, thumbnail: null, source: null }

export interface DetailPane extends Reading {
  readonly kind: 'detail'
  /** What names the thing; null where it is an answer rather than a thing. */
  readonly key: Input | null
  readonly related: ListPane | null
  /** What the billing screen shows besides. */
  readonly board: Board | null
  readonly marks: Marks
  value: Item | null
  /** It was asked to leave where something is shown this once; the same key again does. */
  leaving: boolean
  /** The text in colours, once they are known; `of` says what was asked for. */
  coloured: { readonly of: string; readonly lines: readonly (readonly Token[])[] | null } | null
  /** Its picture as it is drawn here, once it is; `of` says for which address and room. */
  picture: { readonly of: string; drawing: Drawing | null } | null
  scroll: number
}

/** A field as a form names it. */
export const fieldLabel = ({ flag }: Pick<Field, 'flag'>) => flag.replaceAll('-', ' ')

export interface FormPane {
  readonly kind: 'form'
  readonly title: string
  readonly operation: OperationDescription
  /** Fields that name the thing at hand: sent, and not to be changed. */
  readonly fixed: Input
  /** How the texts were at first; only what differs is sent. */
  readonly initial: Readonly<Record<string, string>>
  readonly lines: Record<string, Line>
  readonly touched: Set<string>
  /** What was written in the editor for the operation’s body; null where nothing was, or a file’s name is typed. */
  written: string | null
  focus: number
  problem: Problem | null
  busy: boolean
}

export interface ConfirmPane {
  readonly kind: 'confirm'
  readonly title: string
  readonly action: Action
  readonly form: FormPane | null
  /** What is to be typed; empty where Enter is enough. */
  expected: string
  message: string
  /** What it costs, where that was asked first. */
  readonly price: Item | null
  line: Line
  problem: Problem | null
  busy: boolean
}

export interface PalettePane {
  readonly kind: 'palette'
  readonly title: string
  line: Line
  cursor: number
}

export interface MenuPane {
  readonly kind: 'menu'
  readonly title: string
  readonly actions: readonly Action[]
  /** The thing as it is now, for the forms. */
  readonly item: Item
  cursor: number
}

export interface TextPane {
  readonly kind: 'text'
  readonly title: string
  readonly about: 'help' | 'log'
  scroll: number
}

/** A QR code, as rows of half blocks. */
export interface CodePane {
  readonly kind: 'code'
  readonly title: string
  readonly lines: readonly string[]
}

export type Pane = ListPane | DetailPane | FormPane | ConfirmPane | PalettePane | MenuPane | TextPane | CodePane

export interface LogEntry {
  readonly at: Date
  readonly text: CommandText
  /** `ok`, or the error’s code. */
  readonly outcome: string
}

export interface Notice {
  readonly kind: 'ok' | 'error' | 'progress'
  readonly text: string
}
