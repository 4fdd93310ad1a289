import { catalogue } from '@irc-now/core/catalogue'
import { defineOperation } from '@irc-now/core/operation/define'
import { describeOperation } from '@irc-now/core/operation/describe'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { complete } from '../cli/commands/completion.ts'
import { findOperation, splitWords, verbOf } from '../cli/commands/words.ts'
import { readCommand } from '../ircserv/irc/command.ts'
import { helpLines } from '../ircserv/irc/help.ts'
import { plainWord } from '../ircserv/irc/words.ts'

// A verb may have two words; every front end reads them alike, and knows where the arguments begin.
const define = (name: string) =>
  describeOperation(
    defineOperation({
      name,
      summary: `${name}.`,
      access: 'member',
      effect: 'write',
      positional: ['host'],
      input: z.object({ host: z.string().optional() }),
      output: z.object({}),
      errors: [],
      handle: async () => ({}),
    }),
  )
const operations = ['door.open', 'door.plate.set', 'door.plate.show', 'door.paint'].map(define)

const onShell = (...argv: string[]) => {
  const { words, rest } = splitWords(operations, argv)
  return [findOperation(operations, words[0]!, words.slice(1).join(' ') || undefined).name, ...rest]
}

test('on the command line', () => {
  expect(onShell('door', 'open', 'set')).toEqual(['door.open', 'set'])
  expect(onShell('door', '--json', 'plate', '--as', 'bob', 'set', 'open')).toEqual([
    'door.plate.set',
    '--json',
    '--as',
    'bob',
    'open',
  ])
  expect(() => onShell('door', 'plate')).toThrow('door wants one of plate set, plate show.')
  expect(() => onShell('door', 'plate', 'sett')).toThrow('did you mean “plate set”?')
  expect(verbOf(operations, 'door', ['plate', 'set', 'x'])).toBe('plate set')
  expect(verbOf(operations, 'door', ['open', 'x'])).toBe('open')
})

test('in its completion', async () => {
  expect(await complete(operations, ['door', 'p'])).toEqual(['plate', 'paint'])
  expect(await complete(operations, ['door', 'plate', 's'])).toEqual(['set', 'show'])
  expect(await complete(operations, ['door', 'plate', 'set', '--h'])).toEqual(['--host', '--help'])
})

test('on IRC, also shortened', () => {
  const read = (...words: string[]) => {
    const { operation, input } = readCommand(operations, words.map(plainWord))
    return [operation.name, input.host]
  }
  expect(read('DOOR', 'PLATE', 'SET', 'open')).toEqual(['door.plate.set', 'open'])
  expect(read('d', 'pl', 'sh')).toEqual(['door.plate.show', undefined])
  expect(() => read('DOOR', 'PLATE')).toThrow('DOOR PLATE wants one of SET, SHOW.')
  expect(() => read('DOOR', 'P', 'SET')).toThrow('PLATE, PAINT')
  expect(helpLines(operations, ['door', 'plate', 'set'])[0]).toBe('DOOR PLATE SET [host]')
})

test('no verb is the beginning of another', () => {
  for (const { name, noun, verb } of catalogue)
    for (const other of catalogue.filter((one) => one.noun === noun && one.verb !== verb))
      expect(`${other.verb} `.startsWith(`${verb} `), `${name} and ${other.name}`).toBe(false)
  expect(() => define('door')).toThrow(TypeError)
  expect(() => define('door.a.b.c')).toThrow(TypeError)
})
