import { execFileSync } from 'node:child_process'
import { catalogue } from '@irc-now/core/catalogue'
import { describeOperation, type Field } from '@irc-now/core/operation/describe'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readArguments } from '../cli/commands/arguments.ts'
import { commandText } from '../cli/tui/command-text.ts'
import { readCommand } from '../ircserv/irc/command.ts'
import { wordsOf } from '../ircserv/irc/words.ts'

// What the terminal UI says does the same must do the same, whatever was typed.
const operations = catalogue.map(describeOperation)
const text = fc.oneof(
  fc.string({
    unit: fc.constantFrom('a', 'Z', '0', ' ', "'", '"', '\\', '$', '=', '-', '#', ',', '!', 'é', '漢'),
    maxLength: 8,
  }),
  fc.constantFrom('', '-x', '--nick', 'a=b', 'confirm=x', '$(id)', '`id`', "it's", '*'),
)

function someValue(field: Field): fc.Arbitrary<unknown> {
  if (field.secret) return fc.constant('hunter2')
  if (field.kind === 'boolean') return fc.boolean()
  if (field.kind === 'integer') return fc.nat(1000)
  if (field.kind === 'choice') return fc.constantFrom(...field.choices)
  if (field.kind === 'list') return fc.array(fc.stringMatching(/^#[a-z' "-]{0,5}[a-z]$/), { maxLength: 3 })
  return field.nullable ? fc.option(text.filter((one) => one !== '')) : text
}

const inputOf = (fields: readonly Field[]) =>
  fc.record(Object.fromEntries(fields.map((field) => [field.name, someValue(field)])), { requiredKeys: [] })

const withoutSecrets = (fields: readonly Field[], input: Record<string, unknown>) =>
  Object.fromEntries(
    Object.entries(input).filter(([name]) => !fields.some((one) => one.name === name && (one.secret || one.body))),
  )

/** The words as a shell would hand them over. */
const shellWords = (lines: readonly string[]): string[][] =>
  execFileSync('/bin/sh', [], {
    input: lines.map((line) => `set -- ${line}; printf '%s\\0' "$@"; printf '\\1'\n`).join(''),
    encoding: 'utf8',
  })
    .split('\x01')
    .slice(0, -1)
    .map((words) => words.split('\0').slice(0, -1))

test.each(operations)('$name: both commands are read back as the input they stand for', (operation) => {
  const inputs = fc.sample(inputOf(operation.fields), { numRuns: 60, seed: 7 })
  const texts = inputs.map((input) => commandText(operation, input))
  const words = shellWords(texts.map(({ shell }) => shell))
  inputs.forEach((input, i) => {
    const { shell, irc } = texts[i]!
    expect(shell + irc).not.toContain('hunter2')
    const named = ['irc-now', operation.noun, ...operation.verb.split(' ')]
    expect(words[i]!.slice(0, named.length)).toEqual(named)
    const wanted = withoutSecrets(operation.fields, input)
    const secrets = operation.fields.filter(({ name, secret }) => secret && input[name] !== undefined)
    const read = readArguments(operation, words[i]!.slice(named.length))
    expect(read.input, shell).toEqual(wanted)
    expect(read.asked.toSorted()).toEqual(secrets.map(({ name }) => name).toSorted())
    const said = readCommand(operations, wordsOf(irc.replace('/msg NowServ ', '')))
    expect(said.operation.name).toBe(operation.name)
    expect(said.input, irc).toEqual(wanted)
    expect(said.secretAsked).toBe(secrets.length > 0)
  })
})

test('who is acted for, and what confirms, is named too', () => {
  const operation = operations.find(({ name }) => name === 'bouncer.delete')!
  const { shell, irc } = commandText(operation, { name: 'main' }, { as: 'bob', confirm: 'main' })
  expect(shell).toBe('irc-now bouncer delete main --as bob --confirm main')
  expect(irc).toBe('/msg NowServ BOUNCER DELETE main --as bob')
  expect(readArguments(operation, shell.split(' ').slice(3)).common).toMatchObject({ as: 'bob', confirm: 'main' })
  expect(readCommand(operations, wordsOf(irc.replace('/msg NowServ ', ''))).as).toBe('bob')
})

test('so is that nothing is to be done', () => {
  const operation = operations.find(({ name }) => name === 'upstream.update')!
  const input = { name: 'libera', pass: 'hunter2' }
  const { shell, irc } = commandText(operation, input, { as: null, dryRun: true })
  expect(readArguments(operation, shell.split(' ').slice(3)).common.dryRun).toBe(true)
  expect(readCommand(operations, wordsOf(irc.replace('/msg NowServ ', '')))).toMatchObject({
    dryRun: true,
    secretAsked: true,
    input: { name: 'libera' },
  })
})
