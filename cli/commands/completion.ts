import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { verbLength } from '@irc-now/core/operation/verb-words'
import { configFolder, local, readProfiles } from '../session/profiles.ts'
import { type OwnCommand, ownCommands, ownNouns } from './own-commands.ts'
import { commonFlags, nounsOf, otherFlags } from './words.ts'

/** What may follow the words typed so far; from the catalogue alone, never from the network. */
export function complete(operations: readonly OperationDescription[], words: readonly string[]): string[] {
  const [noun = '', ...after] = words
  const last = words.at(-1) ?? ''
  const candidates = () => {
    if (words.length <= 1) return [...nounsOf(operations), ...ownNouns, 'tui', 'api', 'completion', 'help']
    if (words.at(-2) === '--profile') return profileNames()
    if (noun === 'completion') return ['bash', 'zsh', 'fish']
    if (noun === 'api') return operations.map(({ name }) => name)
    const own = ownCommands.filter((one) => one.noun === noun)
    if (own.length > 0) return completeOwn(own, words)
    const ofNoun = operations.filter((one) => one.noun === noun)
    const verbs = ofNoun.map((one) => one.verb.split(' '))
    // The word of the verb that is being typed; what was typed of it before must be its beginning.
    const typed = after.slice(0, -1)
    const length = verbLength(
      ofNoun.map((one) => one.verb),
      after[0],
    )
    if (typed.length < length)
      return [
        ...new Set(
          verbs.filter((one) => typed.every((word, i) => one[i] === word)).flatMap((one) => one[typed.length] ?? []),
        ),
      ]
    const operation = ofNoun.find((one) => one.verb === after.slice(0, length).join(' '))
    if (!operation) return []
    const before = after.slice(length).at(-2)
    const field = operation.fields.find(({ flag }) => before === `--${flag}`)
    if (field && field.kind === 'choice') return [...field.choices]
    if (field && field.kind === 'boolean') return ['yes', 'no']
    return [
      ...operation.fields.flatMap((one) => [one.flag, ...otherFlags(one)].map((flag) => `--${flag}`)),
      ...commonFlags.map((flag) => `--${flag}`),
    ]
  }
  return candidates().filter((one) => one.startsWith(last))
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
  compadd -- $found
}
compdef _irc_now irc-now
`,
  fish: `complete -c irc-now -f -a '(irc-now --complete (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
}

export function completionScript(shell: string | undefined): string {
  const script = scripts[shell ?? '']
  if (!script) throw new OperationError('invalid_input', 'completion wants the shell: bash, zsh or fish.')
  return script
}
