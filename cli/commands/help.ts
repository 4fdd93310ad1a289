import type { OperationDescription } from '@irc-now/core/operation/describe'
import { errorCodes } from '@irc-now/core/operation/errors'
import { labelOf } from '@irc-now/core/operation/label'
import { type OwnCommand, ownCommands } from './own-commands.ts'
import { nounsOf, otherFlags, rawFlag, usageOf } from './words.ts'

/** Two columns, indented. */
export const column = (rows: readonly (readonly [string, string])[]) => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd()).join('\n')
}

/** What every operation takes. */
export const common: readonly (readonly [string, string])[] = [
  ['--json[=fields]', 'JSON, errors too; only these fields'],
  ['--wait, --no-wait', 'wait until it works, or say why not (default on a terminal)'],
  ['--timeout SECONDS', 'how long to wait (60)'],
  ['--watch', 'show it again whenever it changes'],
  ['--dry-run', 'say what would happen, change nothing'],
  ['--confirm NAME', 'confirm what can’t be undone; of a purchase, the most that may be charged now'],
  ['--as NAME', 'act for this member (operators)'],
  ['--profile NAME', 'as this sign-in, see “profile list”'],
  ['--url URL', 'another platform than this machine’s'],
]

export function mainHelp(operations: readonly OperationDescription[]): string {
  const nouns = nounsOf(operations).map(
    (noun) =>
      [
        noun,
        operations
          .filter((one) => one.noun === noun)
          .map(({ verb }) => verb)
          .join(', '),
      ] as const,
  )
  return `irc-now: your bouncers, from the shell.

Usage: irc-now <noun> <verb> [name] [--flags]

${column(nouns)}

Signing in elsewhere than on the platform’s own machine:
${column(ownCommands.map(({ usage, summary }) => [usage.replace('irc-now ', ''), summary.replace(/\.$/, '')] as const))}

Besides:
${column([
  ['tui', 'all of it on the full screen, live'],
  ['api <noun.verb>', 'a raw call: irc-now api bouncer.show -f name=main; see api --help'],
  ['completion bash|zsh|fish', 'completion for your shell'],
  ['version', 'which version this is'],
  ['help exit-codes', 'what the exit codes mean'],
])}

Everywhere:
${column(common)}

irc-now <noun> <verb> --help tells more. Start with: irc-now bouncer create
`
}

export function nounHelp(ofNoun: readonly OperationDescription[]): string {
  return `${column(ofNoun.map((one) => [usageOf(one), one.summary] as const))}\n`
}

/** Help for what is no operation; null where the words name nothing of that kind. */
export function ownHelp(noun: string, verb: string | undefined): string | null {
  const ofNoun = ownCommands.filter((one) => one.noun === noun)
  const found = ofNoun.find((one) => one.verb === null || one.verb === verb)
  if (found) return ownCommandHelp(found)
  if (ofNoun.length === 0 || verb !== undefined) return null
  return `${column(ofNoun.map(({ usage, summary }) => [usage, summary] as const))}\n`
}

export const ownCommandHelp = ({ summary, description, usage, flags }: OwnCommand) =>
  [
    summary,
    description,
    `Usage: ${usage}${flags.length > 0 ? ' [--flags]' : ''}`,
    flags.length > 0 ? column(flags) : '',
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n')

export function operationHelp(operation: OperationDescription): string {
  const fields = operation.fields.map((field) => {
    const value =
      field.kind === 'boolean'
        ? ' yes|no'
        : field.choices.length > 0
          ? ` ${field.choices.join('|')}`
          : field.secret
            ? ''
            : ` ${field.kind.toUpperCase()}`
    const notes = [
      field.description.replace(/\.$/, ''),
      otherFlags(field).length > 0
        ? `also ${otherFlags(field)
            .map((flag) => `--${flag}`)
            .join(', ')}`
        : '',
      field.body
        ? `from each FILE${field.body === 'text' ? ', a pipe or $EDITOR' : ' or a pipe'}`
        : field.required
          ? 'required'
          : '',
      field.default === undefined ? '' : `default ${String(field.default)}`,
      field.secret ? `asked for on a terminal, else --${field.flag}-stdin` : '',
    ]
    return [`--${field.flag}${value}`, notes.filter(Boolean).join('; ')] as const
  })
  const raw = operation.source
    ? [[`--${rawFlag}`, `the ${labelOf(operation.source.text)} alone, as it is`] as const]
    : []
  const flags = [...fields, ...raw]
  const examples = operation.examples.map((example) =>
    `  irc-now ${operation.noun} ${operation.verb} ${example}`.trimEnd(),
  )
  return [
    operation.summary,
    operation.description,
    `Usage: ${usageOf(operation)} [--flags]`,
    flags.length > 0 ? column(flags) : '',
    examples.length > 0 ? `Examples:\n${examples.join('\n')}` : '',
    operation.errors.length > 0
      ? `Errors:\n${column(operation.errors.map((code) => [code, errorCodes[code].title] as const))}`
      : '',
    `On IRC: /msg NowServ ${operation.noun.toUpperCase()} ${operation.verb.toUpperCase()}`,
  ]
    .filter(Boolean)
    .join('\n\n')
    .concat('\n')
}

export const completionHelp = () =>
  `Print what completes commands in your shell.

Usage: irc-now completion bash|zsh|fish

${column([
  ['bash', 'irc-now completion bash > ~/.local/share/bash-completion/completions/irc-now'],
  ['zsh', 'irc-now completion zsh > _irc-now, in a folder of your fpath'],
  ['fish', 'irc-now completion fish > ~/.config/fish/completions/irc-now.fish'],
])}

It takes effect in the next shell; in this one, eval "$(irc-now completion bash)" does at once.
`

export function exitCodesHelp(): string {
  const codes = Object.entries(errorCodes).map(([code, { exit, title }]) => [String(exit), code, title] as const)
  const sorted = codes
    .sort((a, b) => Number(a[0]) - Number(b[0]))
    .map(([exit, code, title]) => [exit, `${code}: ${title}`] as const)
  return `${column([['0', 'it is done'], ...sorted, ['130', 'interrupted']])}\n`
}
