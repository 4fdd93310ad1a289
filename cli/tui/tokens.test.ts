import { expect, test } from 'vitest'
import { highlight } from './highlight.ts'
import { tokenLines } from './tokens.ts'

test('spans become tokens, line by line; what is no highlighter’s is refused', () => {
  expect(tokenLines('a <span class="hljs-string">&quot;b\nc&quot;</span>\r\n&lt;')).toEqual([
    [
      { text: 'a ', scope: null },
      { text: '"b', scope: 'string' },
    ],
    [{ text: 'c"', scope: 'string' }],
    [{ text: '<', scope: null }],
  ])
  for (const html of ['<b>x</b>', '<span class="hljs-x">', 'x</span>']) expect(tokenLines(html)).toBeNull()
})

test('a thread does it, and what has no known language is plain', async () => {
  const job = { text: 'fn main() {}', language: null, name: 'main.rs' }
  expect((await highlight(job))?.[0]?.[0]).toEqual({ text: 'fn', scope: 'keyword' })
  expect(await highlight({ ...job, name: 'main.nosuch' })).toBeNull()
})
