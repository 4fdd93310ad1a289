import { writeSync } from 'node:fs'
import { render } from 'ink'
import type { Client } from '../session/client.ts'
import { createApp, openAccount, refresh } from './app.ts'
import { followChanges } from './live.ts'
import { Frame } from './views/frame.tsx'

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** What the terminal must be told in any case: pasting as usual, the cursor seen, the screen as it was. */
const asItWas = '\x1b[?2004l\x1b[?25h\x1b[?1049l'

/** Shows the app until it is left; answers with the exit code. However it ends, the terminal is as it was. */
export async function showScreen(client: Client): Promise<number> {
  const closing = new AbortController()
  let left = false
  const quit = (code: number) => {
    closing.abort()
    exitCode = code
    screen.unmount()
  }
  let exitCode = 0
  const app = createApp(client, { columns: process.stdout.columns, rows: process.stdout.rows }, quit)

  function restore(): void {
    if (left) return
    left = true
    // Written at once: the process may be about to end, and Ink's own clean-up may be what failed.
    try {
      process.stdin.setRawMode(false)
      writeSync(process.stdout.fd, asItWas)
    } catch {
      // The terminal itself is gone.
    }
  }
  const crash = (error: unknown) => {
    leave()
    console.error(error)
    process.exit(1)
  }
  function leave(): void {
    try {
      screen.unmount()
    } finally {
      restore()
    }
  }
  const handlers = Object.entries(signals).map(([signal, code]) => {
    const handler = () => {
      leave()
      process.exit(code)
    }
    process.prependListener(signal as NodeJS.Signals, handler)
    return [signal, handler] as const
  })
  process.on('uncaughtException', crash).on('unhandledRejection', crash).on('exit', restore)

  const screen = render(<Frame app={app} />, {
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    // Whether it is a terminal was looked at already; in CI too it is drawn.
    interactive: true,
  })
  void openAccount(app)
  void refresh(app)
  void followChanges(app, closing.signal)
  try {
    await screen.waitUntilExit()
  } finally {
    restore()
    for (const [signal, handler] of handlers) process.off(signal, handler)
    process.off('uncaughtException', crash).off('unhandledRejection', crash).off('exit', restore)
  }
  return exitCode
}
