import { catalogue } from '@irc-now/core/catalogue'
import { describeOperation } from '@irc-now/core/operation/describe'
import { expect, test } from 'vitest'
import { mainHelp, operationHelp } from '../../cli/commands/help.ts'
import { openApiOf } from '../../ircserv/http/openapi.ts'
import { readCommand } from '../../ircserv/irc/command.ts'
import { helpLines } from '../../ircserv/irc/help.ts'
import { plainWord } from '../../ircserv/irc/words.ts'

// What users see of the catalogue, so that a reviewer sees what a change does to them. Delete a file and run this to write it anew.
const operations = catalogue.map(describeOperation)

test('the command line’s help', async () => {
  const text = [mainHelp(operations), ...operations.map(operationHelp)].join('\n----\n\n')
  await expect(text).toMatchFileSnapshot('./cli-help.txt')
})

test('NowServ’s HELP', async () => {
  const lines = [
    helpLines(operations, []),
    ...operations.map(({ noun, verb }) => helpLines(operations, [noun, ...verb.split(' ')])),
  ]
  await expect(lines.map((one) => one.join('\n')).join('\n\n')).toMatchFileSnapshot('./nowserv-help.txt')
})

test('the OpenAPI document', async () => {
  await expect(JSON.stringify(openApiOf(catalogue, '0.0.0'), null, 2)).toMatchFileSnapshot('./openapi.json')
})

test('every operation is one command on IRC, also by its shortest unique prefix', () => {
  for (const { name, noun, verb } of operations) {
    const others = operations.filter((one) => one.noun === noun && one.verb !== verb).map((one) => one.verb)
    const shortest = [...verb]
      .map((_, i) => verb.slice(0, i + 1))
      .slice(verb.indexOf(' ') + 1)
      .find((prefix) => !others.some((other) => other.startsWith(prefix)))
    const words = [noun.toUpperCase(), ...(shortest ?? verb).split(' ')].map(plainWord)
    expect(readCommand(operations, words).operation.name).toBe(name)
  }
})
