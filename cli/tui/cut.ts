import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'
import { charactersOf } from './keys.ts'

/** The text in at most `width` columns; what doesn't fit ends in `…`. Wide characters are never halved. */
export function cut(text: string, width: number): string {
  if (stringWidth(text) <= width) return text
  if (width <= 0) return ''
  let kept = ''
  let used = 0
  for (const character of charactersOf(text)) {
    const wide = stringWidth(character)
    if (used + wide > width - 1) break
    kept += character
    used += wide
  }
  return `${kept}…`
}

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

/** Column widths that fit into `total` with `gap` between them: the widest give way first; what finds no room is 0. */
export function fitted(widths: readonly number[], total: number, gap = 2, least = 8): number[] {
  const shown = [...widths]
  const used = () => shown.filter((width) => width > 0).reduce((sum, width) => sum + width + gap, -gap)
  while (used() > total) {
    const widest = Math.max(...shown)
    const last = shown.findLastIndex((width) => width > 0)
    if (widest > least) shown[shown.lastIndexOf(widest)] = widest - 1
    else if (last > 0) shown[last] = 0
    else return shown.map((width) => Math.min(width, total))
  }
  return shown
}
