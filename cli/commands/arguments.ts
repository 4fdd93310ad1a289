import { bodyFieldOf } from '@irc-now/core/operation/body'
import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { inputFromText, type TextValue } from '@irc-now/core/operation/text-input'
import parser from 'yargs-parser'
import { positionalsOf, rawFlag, unknownWord, usageOf } from './words.ts'

export interface Common {
  /** `null` is for people; else the fields asked for, all when there are none. */
  readonly json: readonly string[] | null
  readonly wait: boolean | undefined
  readonly timeoutMs: number
  readonly watch: boolean
  readonly dryRun: boolean
  readonly confirm: string | undefined
  readonly as: string | undefined
  readonly profile: string | undefined
  readonly url: string | undefined
  readonly help: boolean
}

type Parsed = Record<string, unknown> & { _: (string | number)[] }

const commonOptions = {
  json: { type: 'string' },
  wait: { type: 'boolean' },
  timeout: { type: 'string' },
  watch: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  confirm: { type: 'string' },
  as: { type: 'string' },
  profile: { type: 'string' },
  url: { type: 'string' },
  help: { type: 'boolean' },
} as const

/** `--json` alone must not swallow the word after it. */
const spelled = (argv: readonly string[]) => argv.map((word) => (word === '--json' ? '--json=' : word))

/** A flag and the `-` after it, which the parser takes for a word of its own, as one: `--input=-`. */
export function withDash(argv: readonly string[], flag: string): string[] {
  const end = argv.indexOf('--')
  return argv.flatMap((word, i) => {
    const inside = end < 0 || i < end
    if (inside && word === flag && argv[i + 1] === '-') return [`${flag}=-`]
    return inside && word === '-' && argv[i - 1] === flag ? [] : [word]
  })
}

export function parse(argv: readonly string[], options: Record<string, { type: 'string' | 'boolean' }>): Parsed {
  const all = Object.entries({ ...commonOptions, ...options })
  const named = (kind: string) => all.filter(([, { type }]) => type === kind).map(([name]) => name)
  const { argv: parsed, error } = parser.detailed(spelled(argv), {
    string: named('string'),
    boolean: named('boolean'),
    configuration: {
      'camel-case-expansion': false,
      'parse-positional-numbers': false,
      'duplicate-arguments-array': true,
      'dot-notation': false,
    },
  })
  if (error) throw new OperationError('invalid_input', error.message)
  return parsed as Parsed
}

function commonOf(parsed: Parsed): Common {
  const text = (name: string) => {
    const value = parsed[name]
    return Array.isArray(value) ? String(value.at(-1)) : value === undefined ? undefined : String(value)
  }
  const timeout = text('timeout') ?? '60'
  if (!/^\d{1,5}$/.test(timeout)) throw new OperationError('invalid_input', '--timeout wants seconds, such as 60.')
  return {
    json: text('json')?.split(',').filter(Boolean) ?? null,
    wait: parsed.wait as boolean | undefined,
    timeoutMs: Number(timeout) * 1000,
    watch: parsed.watch === true,
    dryRun: parsed['dry-run'] === true,
    confirm: text('confirm'),
    as: text('as'),
    profile: text('profile'),
    url: text('url'),
    help: parsed.help === true,
  }
}

/** Reads only what every command has; used before the operation is known, and for `api`. */
export function readCommon(argv: readonly string[], options: Record<string, { type: 'string' | 'boolean' }> = {}) {
  const parsed = parse(argv, options)
  return { common: commonOf(parsed), words: parsed._.map(String), parsed }
}

/** Throws where a flag is given that is not among `known`. */
export function refuseStray(parsed: Parsed, known: readonly string[], help: string): void {
  const stray = Object.keys(parsed).find((name) => name !== '_' && name !== '$0' && !known.includes(name))
  if (stray === undefined) return
  throw unknownWord(
    'flag',
    `--${stray}`,
    known.map((name) => `--${name}`),
    help,
    // As it is on the other front ends: the operation is known, its input is not right.
    'invalid_input',
  )
}

/**
 * The words and flags of a command that is no operation; `most` is how many words it takes, `takes` which of the common
 * flags besides --json and --help, `flags` which of its own. The rest is refused: a `--dry-run` that is overlooked would
 * do what it was to prevent.
 */
export function readPlain(
  argv: readonly string[],
  usage: string,
  most: number,
  { takes = [], flags = [] }: { takes?: readonly (keyof typeof commonOptions)[]; flags?: readonly string[] } = {},
) {
  const options = Object.fromEntries(flags.map((flag) => [flag, { type: 'boolean' as const }]))
  const { common, words, parsed } = readCommon(argv, options)
  refuseStray(parsed, [...flags, ...takes, 'json', 'help'], `${usage} --help`)
  if (words.length > most)
    throw new OperationError('invalid_input', `“${words[most]}” is one word too many; usage: ${usage}.`)
  return { common, words, parsed }
}

/** Each other spelling of a field, up to `--`, as the field's own flag: so the last counts, whichever it is. */
function spelledOut({ fields }: OperationDescription, argv: readonly string[]): string[] {
  const end = argv.indexOf('--')
  return argv.map((word, i) => {
    const [, flag, rest = ''] = /^--([a-z][a-z-]*)(=[\s\S]*)?$/.exec(word) ?? []
    if (flag === undefined || (end >= 0 && i > end)) return word
    const chosen = fields.find(({ choiceFlags, choices }) => choiceFlags && choices.includes(flag))
    if (chosen && rest === '') return `--${chosen.flag}=${flag}`
    const named = fields.find(({ aliases }) => aliases.includes(flag))
    return named ? `--${named.flag}${rest}` : word
  })
}

/** A flag alone says yes; given several times, each counts. */
const bareMeansYes = (value: TextValue): TextValue =>
  Array.isArray(value) ? value.map((one) => (one === '' ? true : one)) : value === '' ? true : value

/** Each flag that stands for a field, and the one of an operation that shows a whole text. */
export function optionsOf({ fields, source }: Pick<OperationDescription, 'fields' | 'source'>) {
  const options: Record<string, { type: 'string' | 'boolean' }> = source ? { [rawFlag]: { type: 'boolean' } } : {}
  for (const field of fields) {
    options[field.flag] = { type: 'string' }
    if (field.secret) options[`${field.flag}-stdin`] = { type: 'boolean' }
  }
  return options
}

/** Whether the text alone is wanted, as it is. Throws where something else is wanted as well. */
function rawOf(parsed: Parsed): boolean {
  if (parsed[rawFlag] !== true) return false
  const other = ['json', 'watch'].find((name) => parsed[name] !== undefined)
  if (other === undefined) return true
  throw new OperationError('invalid_input', `--${rawFlag} prints nothing but the text; leave it out, or --${other}.`)
}

/** An operation's input from the words after `noun verb`. `secrets` are the fields to be asked for or read from stdin. */
export function readArguments(operation: OperationDescription, argv: readonly string[]) {
  const options = optionsOf(operation)
  const parsed = parse(spelledOut(operation, argv), options)
  refuseStray(
    parsed,
    [...Object.keys(options), ...Object.keys(commonOptions)],
    `irc-now ${operation.noun} ${operation.verb} --help`,
  )

  const texts: Record<string, TextValue> = {}
  const asked: string[] = []
  let fromStdin: string | null = null
  const positionals = positionalsOf(operation)
  const words = parsed._.map(String)
  const takesFiles = bodyFieldOf(operation) !== undefined
  if (words.length > positionals.length && !takesFiles) {
    throw new OperationError(
      'invalid_input',
      `“${words[positionals.length]}” is one word too many; usage: ${usageOf(operation)}.`,
    )
  }
  words.slice(0, positionals.length).forEach((word, i) => {
    texts[positionals[i]!.name] = word
  })
  for (const field of operation.fields) {
    const value = parsed[field.flag] as TextValue | undefined
    if (field.secret && parsed[`${field.flag}-stdin`] === true) {
      if (fromStdin !== null)
        throw new OperationError(
          'invalid_input',
          `Only one secret can come by stdin; give both as JSON to “irc-now api ${operation.name} --input -”.`,
          { field: field.name },
        )
      fromStdin = field.name
    }
    if (value === undefined) continue
    if (field.secret) {
      if (value !== '')
        throw new OperationError(
          'invalid_input',
          `A secret in a command can be read by others; give --${field.flag} alone and type it, or --${field.flag}-stdin.`,
          { field: field.name },
        )
      asked.push(field.name)
    } else {
      texts[field.name] = field.kind === 'boolean' ? bareMeansYes(value) : value
    }
  }
  return {
    common: commonOf(parsed),
    raw: rawOf(parsed),
    input: inputFromText(operation.fields, texts),
    asked,
    fromStdin,
    /** From which the operation’s body comes, one call each. */
    files: words.slice(positionals.length),
  }
}
