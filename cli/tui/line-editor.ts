import { charactersOf } from '../print/fit.ts'
import type { Key } from './keys.ts'

/** One line being typed; the cursor counts characters as people see them. */
export interface Line {
  readonly characters: readonly string[]
  readonly cursor: number
}

export const lineOf = (text: string): Line => {
  const characters = charactersOf(text)
  return { characters, cursor: characters.length }
}

export const textOf = ({ characters }: Line) => characters.join('')

/** The line after a key, or null where the key is not one that edits. */
export function edit(line: Line, key: Key): Line | null {
  const { characters, cursor } = line
  const cut = (from: number, to: number): Line => ({
    characters: [...characters.slice(0, from), ...characters.slice(to)],
    cursor: from,
  })
  const at = (place: number): Line => ({ characters, cursor: Math.max(0, Math.min(characters.length, place)) })
  switch (key.name) {
    case 'text':
    case 'paste':
      return insert(line, key.text)
    case 'backspace':
      return cut(Math.max(0, cursor - 1), cursor)
    case 'delete':
      return cut(cursor, cursor + 1)
    case 'left':
      return at(cursor - 1)
    case 'right':
      return at(cursor + 1)
    case 'home':
      return at(0)
    case 'end':
      return at(characters.length)
    case 'ctrl':
      if (key.text === 'a') return at(0)
      if (key.text === 'e') return at(characters.length)
      if (key.text === 'u') return cut(0, cursor)
      if (key.text === 'k') return { ...cut(cursor, characters.length), cursor }
      if (key.text === 'w') return cut(wordStart(characters, cursor), cursor)
      return null
    default:
      return null
  }
}

/** A pasted line break ends what was copied, or parts its lines: it becomes a space, never a key. */
function insert({ characters, cursor }: Line, text: string): Line {
  const added = charactersOf(text.replace(/[\r\n]+$/, '').replace(/\s+/g, ' ')).filter((one) => !/\p{Cc}/u.test(one))
  return {
    characters: [...characters.slice(0, cursor), ...added, ...characters.slice(cursor)],
    cursor: cursor + added.length,
  }
}

function wordStart(characters: readonly string[], cursor: number): number {
  let place = cursor
  while (place > 0 && characters[place - 1] === ' ') place -= 1
  while (place > 0 && characters[place - 1] !== ' ') place -= 1
  return place
}
