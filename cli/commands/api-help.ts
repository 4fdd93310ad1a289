import { bodyFieldOf } from '@irc-now/core/operation/body'
import type { OperationDescription } from '@irc-now/core/operation/describe'
import { errorCodes } from '@irc-now/core/operation/errors'
import { column, common } from './help.ts'
import { nounsOf } from './words.ts'

export const apiFlags = ['dry-run', 'confirm', 'as', 'profile', 'url', 'json', 'help'] as const

const flags: readonly (readonly [string, string])[] = [
  ['-f FIELD=VALUE', 'a field of the input as it stands; again for more, a list with commas'],
  ['-F FIELD=@FILE', 'a field from a file, or with @- from stdin, for secrets too; else as -f'],
  ['--input -', 'the input as JSON from stdin, for secrets too; -f and -F go over it'],
  ...common.filter(([flag]) => apiFlags.some((name) => flag.startsWith(`--${name} `) || flag === `--${name}`)),
]

/** Help for `irc-now api`, or for the raw call of one operation. */
export function apiHelp(operations: readonly OperationDescription[], operation: OperationDescription | undefined) {
  const parts = operation ? callHelp(operation) : allHelp(operations)
  return parts.filter(Boolean).join('\n\n').concat('\n')
}

function allHelp(operations: readonly OperationDescription[]): string[] {
  const named = nounsOf(operations).map((noun) => {
    const ofNoun = operations.filter((one) => one.noun === noun)
    return [noun, ofNoun.map(({ verb }) => verb).join(', ')] as const
  })
  // What takes a whole text is the likeliest to be in a file.
  const [fromFile] = operations.flatMap((one) => {
    const field = bodyFieldOf(one)
    return field?.body === 'text' ? [`irc-now api ${one.name} -F ${field.name}=@notes.md`] : []
  })
  return [
    'Call an operation as the HTTP API has it; its JSON answer is printed as it is, and nothing is waited for.',
    'Usage: irc-now api <noun.verb> [-f field=value …] [-F field=@file …] [--input -] [--flags]',
    column(flags),
    `Operations, as noun.verb:\n${column(named)}`,
    `Examples:
  irc-now api bouncer.list
  irc-now api bouncer.update -f name=main -f nick=alice2
  ${fromFile}
  echo '{"name":"main","enabled":false}' | irc-now api bouncer.update --input -`,
    'irc-now api <noun.verb> --help tells an operation’s fields.',
  ]
}

function callHelp({ name, summary, description, fields, errors }: OperationDescription): string[] {
  const rows = fields.map((field) => {
    const kind = field.choices.length > 0 ? field.choices.join('|') : field.kind
    const notes = [
      field.description.replace(/\.$/, ''),
      field.required ? 'required' : '',
      field.default === undefined ? '' : `default ${String(field.default)}`,
      field.secret ? 'secret: only by -F or --input -' : '',
    ]
    return [`${field.name} (${kind})`, notes.filter(Boolean).join('; ')] as const
  })
  return [
    summary,
    description,
    `Usage: irc-now api ${name}${fields.length > 0 ? ' [-f field=value …] [-F field=@file …] [--input -]' : ''} [--flags]`,
    rows.length > 0 ? `Fields:\n${column(rows)}` : '',
    column(flags),
    errors.length > 0 ? `Errors:\n${column(errors.map((code) => [code, errorCodes[code].title] as const))}` : '',
  ]
}
