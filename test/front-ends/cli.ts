import { type ErrorCode, errorCodes } from '@irc-now/core/operation/errors'
import { type CommandResult, runCli } from '../daemon.ts'
import { type Answer, type FrontEnd, type Options, type Person, typed } from './front-end.ts'

const runAs = (person: Person | null, url: string, words: readonly string[], options: Options, stdin: string) =>
  runCli(
    [
      ...words,
      '--json',
      `--url=${url}`,
      ...(options.confirm === undefined ? [] : [`--confirm=${options.confirm}`]),
      ...(options.dryRun ? ['--dry-run'] : []),
      ...(options.as === undefined ? [] : [`--as=${options.as}`]),
    ],
    // Nothing of this machine's own daemon may help it.
    { PATH: process.env.PATH, HOME: '/nonexistent', NO_COLOR: '1', ...(person ? { IRC_NOW_TOKEN: person.token } : {}) },
    stdin,
  )

function answerOf({ code: exit, stdout, stderr }: CommandResult): Answer {
  if (stderr.includes('    at ')) throw new Error(stderr)
  const answer = JSON.parse(stdout) as { error?: { code: ErrorCode; field?: string } }
  if (exit === 0) return { output: answer }
  const { code, field } = answer.error!
  if (errorCodes[code].exit !== exit) throw new Error(`${code} left with ${exit}`)
  return { code, field }
}

/** `irc-now noun verb`: names in their places, the rest as flags, a secret by stdin. */
export function cliFrontEnd(url: string): FrontEnd {
  return {
    name: 'cli',
    via: 'cli',
    async run(person, operation, input, options = {}) {
      const words: string[] = []
      let stdin = ''
      for (const [name, value] of Object.entries(input)) {
        const field = operation.fields.find((one) => one.name === name)
        if (field?.secret) {
          words.push(`--${field.flag}-stdin`)
          stdin = `${typed(value)}\n`
        } else if (field?.body === 'file') words.push(typed(value))
        else if (field?.body) stdin = typed(value)
        else if (field?.position === 0 && /^\w/.test(typed(value))) words.unshift(typed(value))
        else words.push(`--${field?.flag ?? name}=${typed(value)}`)
      }
      return answerOf(
        await runAs(person, url, [operation.noun, ...operation.verb.split(' '), ...words], options, stdin),
      )
    },
    close() {},
  }
}

/** `irc-now api operation`: texts by -f, the rest as JSON by stdin. */
export function rawFrontEnd(url: string): FrontEnd {
  return {
    name: 'api',
    via: 'cli',
    async run(person, operation, input, options = {}) {
      const entries = Object.entries(input)
      const secret = (name: string) => operation.fields.some((field) => field.name === name && field.secret)
      const texts = entries.filter(
        ([name, value]) => typeof value === 'string' && /^[\w#]/.test(value) && !secret(name),
      )
      const rest = entries.filter((entry) => !texts.includes(entry))
      const words = ['api', operation.name, ...texts.flatMap(([name, value]) => ['-f', `${name}=${value}`])]
      if (rest.length === 0) return answerOf(await runAs(person, url, words, options, ''))
      const stdin = JSON.stringify(Object.fromEntries(rest))
      return answerOf(await runAs(person, url, [...words, '--input=-'], options, stdin))
    },
    close() {},
  }
}
