import { catalogue } from '@irc-now/core/catalogue'
import { describeOperation } from '@irc-now/core/operation/describe'
import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

const operation = describeOperation(catalogue.find(({ name }) => name === 'paste.create')!)
const read = (...words: string[]) => readArguments(operation, words)

test('other spellings are the field’s own flag; the last counts', () => {
  expect(read('--lang', 'rust', '--public').input).toEqual({ language: 'rust', visibility: 'public' })
  expect(read('--lang=rust', '--language', 'go', '--public', '--unlisted', 'a.md')).toMatchObject({
    input: { language: 'go', visibility: 'unlisted' },
    files: ['a.md'],
  })
  expect(read('--', '--public').files).toEqual(['--public'])
  expect(() => read('--publik')).toThrow('There is no flag “--publik”')
  expect(() => read('--public=yes')).toThrow('There is no flag “--public”')
})
