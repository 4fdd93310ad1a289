import type { Key as InkKey } from 'ink'
import { charactersOf } from '../print/fit.ts'

/** One key as the app knows it: a name for what isn't text, or `text` with what was typed or pasted. */
export interface Key {
  readonly name:
    | 'text'
    | 'paste'
    | 'ctrl'
    | 'enter'
    | 'escape'
    | 'tab'
    | 'backtab'
    | 'backspace'
    | 'delete'
    | 'up'
    | 'down'
    | 'left'
    | 'right'
    | 'pageup'
    | 'pagedown'
    | 'home'
    | 'end'
  /** The character (`text`), all of it (`paste`), or the letter held with Ctrl (`ctrl`). */
  readonly text: string
}

/** What a key does, as the foot and the help say it. */
export type Hint = readonly [key: string, label: string]

const controls: Readonly<Record<string, Key['name']>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\x7f': 'backspace',
  '\b': 'backspace',
}

/** What Ink hands over as one input may be several keys: a terminal sends what was typed fast in one piece. */
export function keysOf(input: string, key: InkKey): Key[] {
  if (key.eventType === 'release') return []
  const named = nameOf(key)
  if (named) return [{ name: named, text: '' }]
  if (key.ctrl) return input ? [{ name: 'ctrl', text: input }] : []
  if (key.meta) return []
  return charactersOf(input).flatMap((text): Key[] => {
    const name = controls[text]
    if (name) return [{ name, text: '' }]
    if (/^[\x01-\x1a]$/.test(text)) return [{ name: 'ctrl', text: String.fromCharCode(text.charCodeAt(0) + 96) }]
    return /\p{Cc}/u.test(text) ? [] : [{ name: 'text', text }]
  })
}

function nameOf(key: InkKey): Key['name'] | undefined {
  if (key.return) return 'enter'
  if (key.escape) return 'escape'
  if (key.tab) return key.shift ? 'backtab' : 'tab'
  if (key.backspace) return 'backspace'
  if (key.delete) return 'delete'
  if (key.upArrow) return 'up'
  if (key.downArrow) return 'down'
  if (key.leftArrow) return 'left'
  if (key.rightArrow) return 'right'
  if (key.pageUp) return 'pageup'
  if (key.pageDown) return 'pagedown'
  if (key.home) return 'home'
  if (key.end) return 'end'
  return undefined
}
