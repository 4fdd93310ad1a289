import { expect, test } from 'vitest'
import { fileNameFor } from './body.ts'

test('a file’s name that is too long for its field keeps its beginning and its ending, and no half character', () => {
  expect(fileNameFor(20, 'a name.of.20.letters')).toBe('a name.of.20.letters')
  expect(fileNameFor(20, `${'x'.repeat(40)}.py`)).toBe(`${'x'.repeat(16)}….py`)
  expect(fileNameFor(20, 'x'.repeat(40))).toBe(`${'x'.repeat(19)}…`)
  const smileys = fileNameFor(20, `x${'🙂'.repeat(40)}.py`)
  expect([smileys, smileys.isWellFormed()]).toEqual([`x${'🙂'.repeat(7)}….py`, true])
  expect(fileNameFor(20, `a.${'y'.repeat(40)}`)).toBe(`a.${'y'.repeat(17)}…`)
  expect(fileNameFor(null, 'x'.repeat(400))).toHaveLength(400)
})
