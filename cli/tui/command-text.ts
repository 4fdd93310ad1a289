import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { positionalsOf } from '../commands/words.ts'
import { textOfValue } from './actions.ts'

export interface CommandText {
  readonly shell: string
  readonly irc: string
}

const shellQuoted = (text: string) =>
  /^[A-Za-z0-9_.,:@%+=/-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

const ircQuoted = (text: string) => (/^[^\s"'\\]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`)

/**
 * What to type into a shell and to NowServ for the same. A secret's value and a whole text stand in neither: the shell
 * asks for them, and NowServ answers with a link to the page that does.
 */
export function commandText(
  { noun, verb, ...operation }: OperationDescription,
  input: Readonly<Record<string, unknown>>,
  more: { confirm?: string; dryRun?: boolean; as: string | null } = { as: null },
): CommandText {
  const description = { noun, verb, ...operation }
  const given = operation.fields.filter((field) => !field.body && input[field.name] !== undefined)
  const placed = placedFields(positionalsOf(description), input)
  const named = given.filter((field) => !field.secret && !placed.includes(field))
  const secrets = given.filter((field) => field.secret)
  const value = (field: Field) => textOfValue(input[field.name])
  // Both take either form; a value that looks like a flag, or like nothing, is kept to its name.
  const flagged = (flag: string, text: string, quoted: string) =>
    /^-|^$/.test(text) ? `--${flag}=${text === '' ? '' : quoted}` : `--${flag} ${quoted}`
  const shell = [
    'irc-now',
    noun,
    verb,
    ...placed.map((field) => shellQuoted(value(field))),
    ...named.map((field) => flagged(field.flag, value(field), shellQuoted(value(field)))),
    ...secrets.map((field) => `--${field.flag}`),
    ...(more.as === null ? [] : [`--as ${shellQuoted(more.as)}`]),
    ...(more.confirm === undefined ? [] : [`--confirm ${shellQuoted(more.confirm)}`]),
    ...(more.dryRun ? ['--dry-run'] : []),
  ]
  const irc = [
    '/msg NowServ',
    noun.toUpperCase(),
    verb.toUpperCase(),
    ...placed.map((field) => ircQuoted(value(field))),
    ...named.map((field) => flagged(field.flag, value(field), ircQuoted(value(field)))),
    ...(more.as === null ? [] : [`--as ${ircQuoted(more.as)}`]),
    ...(more.dryRun ? ['--dry-run'] : []),
    // A bare flag takes the word after it as its value, so these come last.
    ...secrets.map((field) => `--${field.flag}`),
  ]
  return { shell: shell.join(' '), irc: irc.join(' ') }
}

/** The positionals that can be given without their name: up to the first that is absent or could be read as something else. */
function placedFields(positionals: readonly Field[], input: Readonly<Record<string, unknown>>): Field[] {
  const end = positionals.findIndex(
    (field) =>
      field.secret ||
      input[field.name] === undefined ||
      /^$|^-|^[A-Za-z][A-Za-z-]*=/.test(textOfValue(input[field.name])),
  )
  return positionals.slice(0, end < 0 ? positionals.length : end)
}
