import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'
import { cutTo } from '../print/fit.ts'

/** The text in at most `width` columns; what doesn't fit ends in `…`. Wide characters are never halved. */
export const cut = (text: string, width: number): string => cutTo(text, width, stringWidth)

/** The text in exactly `width` columns. */
export function padded(text: string, width: number): string {
  const short = cut(text, width)
  return short + ' '.repeat(Math.max(0, width - stringWidth(short)))
}

/** The text in lines of at most `width` columns, broken between words where it can be. */
export const wrapped = (text: string, width: number): string[] =>
  wrapAnsi(text, Math.max(1, width), { hard: true }).split('\n')

/** The text in lines of at most `width` columns, each space kept where it stands. */
export const brokenUp = (text: string, width: number): string[] =>
  wrapAnsi(text, Math.max(1, width), { hard: true, trim: false, wordWrap: false }).split('\n')

/** Which of `length` rows to show in `height`, so that the one at `cursor` is among them. */
export function windowOf(cursor: number, length: number, height: number): { start: number; end: number } {
  const start = Math.max(0, Math.min(cursor - Math.floor(height / 2), length - height))
  return { start, end: Math.min(length, start + Math.max(0, height)) }
}
