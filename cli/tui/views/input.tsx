import { Text } from 'ink'
import stringWidth from 'string-width'
import { safe } from '../../print/text.ts'
import type { Line } from '../line-editor.ts'

/** A line being typed, scrolled so that its cursor is seen; a secret is shown as dots. */
export function Input(props: { line: Line; width: number; focused: boolean; masked?: boolean }) {
  const { line, width, focused, masked = false } = props
  const characters = line.characters.map((one) => (masked ? '•' : safe(one)))
  const start = startOf(characters, line.cursor, width - 1)
  let end = start
  for (let used = 0; end < characters.length; end += 1) {
    used += stringWidth(characters[end]!)
    if (used > width - 1) break
  }
  if (!focused) return <Text>{characters.slice(start, end).join('')}</Text>
  return (
    <>
      <Text>{characters.slice(start, line.cursor).join('')}</Text>
      <Text inverse>{characters[line.cursor] ?? ' '}</Text>
      <Text>{characters.slice(line.cursor + 1, end).join('')}</Text>
    </>
  )
}

/** The first character shown, so that all up to the cursor fits. */
function startOf(characters: readonly string[], cursor: number, width: number): number {
  let start = cursor
  for (let used = 0; start > 0; start -= 1) {
    used += stringWidth(characters[start - 1]!)
    if (used > width - 1) break
  }
  return start
}
