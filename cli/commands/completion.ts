import { setTimeout as delay } from 'node:timers/promises'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { verbLength } from '@irc-now/core/operation/verb-words'
import { configFolder, local, readProfiles } from '../session/profiles.ts'
import { optionsOf, parse, readCommon } from './arguments.ts'
import { type OwnCommand, ownCommands, ownNouns } from './own-commands.ts'
import { openClient } from './run.ts'
import { commonFlags, makerOf, nounsOf, otherFlags, positionalsOf, rawFlag, verbOf } from './words.ts'

/** How long the platform may take to say which things there are, in milliseconds: a person waits for it at each Tab. */
const patienceMs = 800

/**
 * What may follow the words typed so far: from the catalogue alone, but for the names of things, for which the platform
 * is asked; where it does not answer in time there are none.
 */
export async function complete(
  operations: readonly OperationDescription[],
  typed: readonly string[],
): Promise<string[]> {
  const words = joined(typed)
  const last = words.at(-1) ?? ''
  const found = (await candidatesFor(operations, words)).filter((one) => one.startsWith(last))
  // bash has only what stands behind the `=` for its word.
  return words.length === typed.length ? found : found.map((one) => one.slice(one.indexOf('=') + 1))
}

/** `--json`, `=`, `na`, as which bash hands over `--json=na`, as one word again. */
function joined(words: readonly string[]): readonly string[] {
  const place = words.at(-1) === '=' ? words.length - 1 : words.length - 2
  if (words[place] !== '=' || !words[place - 1]?.startsWith('--')) return words
  return [...words.slice(0, place - 1), words.slice(place - 1).join('')]
}

async function candidatesFor(operations: readonly OperationDescription[], words: readonly string[]): Promise<string[]> {
  const [noun = '', ...after] = words
  const first = [...nounsOf(operations), ...ownNouns, 'tui', 'api', 'completion', 'version']
  if (words.length <= 1) return [...first, 'help']
  if (noun === 'help') return words.length === 2 ? [...first, 'exit-codes'] : (verbWords(operations, after) ?? [])
  if (words.at(-2) === '--profile') return profileNames()
  if (noun === 'completion') return ['bash', 'zsh', 'fish']
  if (noun === 'api') return words.length === 2 ? operations.map(({ name }) => name) : []
  const own = ownCommands.filter((one) => one.noun === noun)
  if (own.length > 0) return completeOwn(own, words)
  const verbs = verbWords(operations, words)
  if (verbs) return verbs
  const verb = verbOf(operations, noun, after)
  const operation = operations.find((one) => one.noun === noun && one.verb === verb)
  if (!operation) return []
  const values = await valuesFor(operations, operation, after.slice(operation.verb.split(' ').length))
  if (values.length > 0) return values
  return [
    ...operation.fields.flatMap((one) => [one.flag, ...otherFlags(one)].map((flag) => `--${flag}`)),
    ...(operation.source ? [`--${rawFlag}`] : []),
    ...commonFlags.map((flag) => `--${flag}`),
  ]
}

/** The words of a verb, one of which is being typed after a noun; what was typed of it before must be its beginning. Null where it is whole. */
function verbWords(operations: readonly OperationDescription[], [noun, ...after]: readonly string[]): string[] | null {
  const verbs = operations.filter((one) => one.noun === noun).map(({ verb }) => verb)
  const typed = after.slice(0, -1)
  if (typed.length >= verbLength(verbs, after[0])) return null
  const begun = verbs.map((verb) => verb.split(' ')).filter((one) => typed.every((word, i) => one[i] === word))
  return [...new Set(begun.flatMap((one) => one[typed.length] ?? []))]
}

/** What may stand as the value that is being typed; nothing where that is none. */
async function valuesFor(
  operations: readonly OperationDescription[],
  operation: OperationDescription,
  words: readonly string[],
): Promise<string[]> {
  const last = words.at(-1) ?? ''
  const [, flag, value = ''] = /^--([a-z-]+)=(.*)$/.exec(last) ?? []
  if (flag === 'json') {
    const before = value.slice(0, value.lastIndexOf(',') + 1)
    return operation.outputs.map((name) => `--json=${before}${name}`)
  }
  const of = (name: string | undefined) => operation.fields.find((field) => field.flag === name)
  if (flag !== undefined)
    return (await valuesOf(operations, operation, of(flag), words)).map((one) => `--${flag}=${one}`)
  const before = words.at(-2) ?? ''
  if (before.startsWith('--') && of(before.slice(2))) return valuesOf(operations, operation, of(before.slice(2)), words)
  if (last.startsWith('-')) return []
  try {
    const { _: placed } = parse(words.slice(0, -1), optionsOf(operation))
    return await valuesOf(operations, operation, positionalsOf(operation)[placed.length], words)
  } catch {
    return []
  }
}

async function valuesOf(
  operations: readonly OperationDescription[],
  operation: OperationDescription,
  field: Field | undefined,
  words: readonly string[],
): Promise<string[]> {
  if (!field) return []
  if (field.choices.length > 0) return [...field.choices]
  if (field.kind === 'boolean') return ['yes', 'no']
  // A new thing has a name that there is not yet.
  const own = operation === makerOf(operations, operation.noun) ? undefined : operation.noun
  const list = [own, field.name].map((noun) => operations.find((one) => one.noun === noun && one.verb === 'list'))
  const [ofOwn, ofNamed] = list
  if (ofOwn?.outputs.includes(field.name)) return namesIn(operations, ofOwn, field.name, words)
  return ofNamed ? namesIn(operations, ofNamed, 'name', words) : []
}

/** Asks the platform. */
async function namesIn(
  operations: readonly OperationDescription[],
  list: OperationDescription,
  field: string,
  words: readonly string[],
): Promise<string[]> {
  const asking = async () => {
    const { common } = readCommon(words.slice(0, -1))
    const client = openClient(operations, common)
    const as = common.as === undefined ? {} : { as: common.as }
    const { items } = (await client.call(list.name, {}, { ...as, signal: AbortSignal.timeout(patienceMs) })) as {
      items: readonly Record<string, unknown>[]
    }
    // A name that a shell or a terminal would take for something else is left to be typed.
    return items.map((item) => String(item[field])).filter((name) => /^[\p{L}\p{N}][\p{L}\p{N}._@+-]*$/u.test(name))
  }
  return Promise.race([asking().catch(() => []), delay(patienceMs, [])])
}

function completeOwn(own: readonly OwnCommand[], words: readonly string[]): string[] {
  const command = own.find((one) => one.verb === null || (words.length > 2 && one.verb === words[1]))
  if (!command) return words.length === 2 ? own.map((one) => String(one.verb)) : []
  const flags = [...command.flags.map(([flag]) => flag.split(' ')[0]!), '--json', '--help']
  return command.usage.endsWith('<name>') && words.length === 3 ? [...profileNames(), ...flags] : flags
}

function profileNames(): string[] {
  try {
    return [local, ...Object.keys(readProfiles(configFolder(process.env)).profiles)]
  } catch {
    return []
  }
}

/**
 * Where nothing of ours fits, each offers files. zsh runs its script at the first Tab where it lies in the fpath, and that
 * is to complete already; evaluated, it only says what completes.
 */
const scripts: Readonly<Record<string, string>> = {
  bash: `_irc_now() {
  local IFS=$'\\n'
  COMPREPLY=($(irc-now --complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _irc_now irc-now
`,
  zsh: `#compdef irc-now
_irc_now() {
  local -a found
  found=("\${(@f)$(irc-now --complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $found || _files
}
if [[ $funcstack[1] == _irc-now ]]; then _irc_now "$@"; else compdef _irc_now irc-now; fi
`,
  fish: `function __irc_now
  set -l found (irc-now --complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)
  if set -q found[1]
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c irc-now -f -a '(__irc_now)'
`,
}

export function completionScript(shell: string | undefined): string {
  const script = scripts[shell ?? '']
  if (!script) throw new OperationError('invalid_input', 'completion wants the shell: bash, zsh or fish.')
  return script
}
