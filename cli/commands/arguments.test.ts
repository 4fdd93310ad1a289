import { catalogue } from '@irc-now/core/catalogue'
import { describeOperation } from '@irc-now/core/operation/describe'
import { expect, test } from 'vitest'
import { readArguments } from './arguments.ts'

const operation = describeOperation(catalogue.find(({ name }) => name === 'paste.create')!)
const read = (...words: string[]) => readArguments(operation, words)

const update = describeOperation(catalogue.find(({ name }) => name === 'bouncer.update')!)

test('yes and no to the same is refused, once is enough', () => {
  const input = (...words: string[]) => readArguments(update, words).input
  expect(input('--dedicated', '--dedicated=yes')).toEqual({ dedicated: true })
  expect(input('--no-dedicated')).toEqual({ dedicated: false })
  for (const words of [
    ['--no-dedicated', '--dedicated'],
    ['--dedicated', '--no-dedicated'],
    ['--dedicated', '--dedicated=no'],
  ])
    expect(() => input(...words)).toThrow('dedicated was given as yes and as no; give one of them.')
  expect(() => input('--dedicated=maybe')).toThrow('dedicated wants yes or no.')
})

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
