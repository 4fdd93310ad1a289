import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError } from '@irc-now/core/operation/errors'
import { readCommon } from '../commands/arguments.ts'
import { openClient } from '../commands/run.ts'
import { tokensKept } from '../session/access-token.ts'
import { restoreTerminal, takeTerminal } from './terminal.ts'

/** `irc-now tui`: the full screen until it is left. Throws where there is no terminal, or nothing to connect to. */
export async function runTui(operations: readonly OperationDescription[], argv: readonly string[]): Promise<void> {
  const { common, words, parsed } = readCommon(argv)
  const stray = Object.keys(parsed).find((name) => !['_', '$0', 'url', 'profile', 'as'].includes(name))
  if (stray) throw new OperationError('invalid_input', `tui takes --url, --profile and --as, not --${stray}.`)
  if (words.length > 0) throw new OperationError('invalid_input', `tui takes no words, such as “${words[0]}”.`)
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new OperationError(
      'invalid_input',
      'tui wants a terminal to draw on and to read keys from; in scripts run “irc-now <noun> <verb> --json”.',
    )
  }
  const client = openClient(operations, common, 'tui')
  const takeOver = takeTerminal()
  // What draws takes longer to load than all else.
  const { showScreen } = await import('./screen.tsx').catch((error: unknown) => {
    restoreTerminal()
    throw error
  })
  try {
    process.exitCode = await showScreen(client, common.as ?? null, takeOver)
  } finally {
    await tokensKept()
    // What is still waited for goes on on the platform, and must not keep the shell waiting.
    setTimeout(() => process.exit(), 50).unref()
  }
}
