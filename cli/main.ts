import { readFileSync } from 'node:fs'
import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { findOwnCommand, ownNouns } from './commands/own-commands.ts'
import { runCommand } from './commands/run.ts'
import { commonFlags, findOperation, nounsOf, splitWords, unknownWord, verbOf } from './commands/words.ts'
import { createOutput } from './print/output.ts'

const operations = JSON.parse(
  readFileSync(new URL('./catalogue.json', import.meta.url), 'utf8'),
) as OperationDescription[]
const argv = process.argv.slice(2)
const jsonFlag = argv.find((word) => word === '--json' || word.startsWith('--json='))
const out = createOutput(jsonFlag === undefined ? null : jsonFlag.slice('--json='.length).split(',').filter(Boolean))

// A reader that has enough (`irc-now audit list | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

try {
  await main()
} catch (error) {
  process.exitCode = out.error(error)
}

async function main(): Promise<void> {
  const [noun, verb] = argv
  if (noun === '--complete') {
    const { complete } = await import('./commands/completion.ts')
    out.text((await complete(operations, argv.slice(1))).map((word) => `${word}\n`).join(''))
    // What still waits for an answer waits for nobody.
    process.exit()
  }
  if (noun === 'help' && verb === 'api')
    return (await import('./commands/api.ts')).runApi(operations, [...argv.slice(2), '--help'], out)
  if (noun === undefined || noun === 'help' || noun === '--help' || noun === '-h') return help(argv.slice(1))
  if (noun === 'api') return (await import('./commands/api.ts')).runApi(operations, argv.slice(1), out)
  const wantsHelp = argv.includes('--help') || argv.includes('-h')
  if (noun === 'tui' && wantsHelp) return out.text((await import('./tui/help.ts')).tuiHelp(operations))
  if (noun === 'tui') return (await import('./tui/main.ts')).runTui(operations, argv.slice(1))
  if (noun === 'completion' && !wantsHelp)
    return out.text((await import('./commands/completion.ts')).completionScript(verb))
  if ((noun === 'version' || noun === '--version') && !wantsHelp) return sayVersion(argv.slice(1))
  if (wantsHelp) return help(argv.filter((word) => !word.startsWith('-')))
  const { words, rest } = splitWords(operations, argv)
  if (words[0] === undefined) throw onlyFlags(rest)
  const own = findOwnCommand(words)
  if (own) return own.command.run([...own.words, ...rest], out, operations)
  const operation = findOperation(operations, words[0], words.slice(1).join(' ') || undefined, ownNouns)
  await runCommand(operations, operation, rest, out)
}

/** For people it is said without loading any of this. */
async function sayVersion(rest: readonly string[]): Promise<void> {
  if (rest.some((word) => word !== jsonFlag))
    throw new OperationError('invalid_input', 'version takes no more words; “irc-now version” says it.')
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
  await out.result({ noun: 'version', columns: [] }, { version })
}

/** Flags without a command; one that there is not is the likelier fault. */
function onlyFlags(flags: readonly string[]): OperationError {
  const known: readonly string[] = [...commonFlags.map((flag) => `--${flag}`), '--version']
  const stray = flags.find((word) => word.startsWith('-') && word !== '--' && !known.includes(word.split('=')[0]!))
  if (stray !== undefined) return unknownWord('flag', stray.split('=')[0]!, known, 'irc-now help', 'invalid_input')
  return new OperationError('unknown_operation', 'There are flags, but no command; see “irc-now help”.')
}

async function help([noun, ...words]: string[]): Promise<void> {
  const { completionHelp, exitCodesHelp, mainHelp, nounHelp, operationHelp, ownHelp } = await import(
    './commands/help.ts'
  )
  if (noun === undefined) return out.text(mainHelp(operations))
  if (noun === 'exit-codes') return out.text(exitCodesHelp())
  if (noun === 'tui') return out.text((await import('./tui/help.ts')).tuiHelp(operations))
  if (noun === 'completion') return out.text(completionHelp())
  if (noun === 'version') return out.text('Say which version of irc-now this is.\n\nUsage: irc-now version\n')
  const own = ownHelp(noun, words[0])
  if (own !== null) return out.text(own)
  const verb = verbOf(operations, noun, words)
  const isNoun = nounsOf(operations).includes(noun)
  const begun = operations.filter((one) => one.noun === noun && `${one.verb} `.startsWith(`${verb} `))
  if (isNoun && verb === undefined) return out.text(nounHelp(operations.filter((one) => one.noun === noun)))
  if (begun.length > 1) return out.text(nounHelp(begun))
  out.text(operationHelp(findOperation(operations, noun, verb)))
}
