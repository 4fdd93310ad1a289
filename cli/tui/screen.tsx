import { render } from 'ink'
import { tokensKept } from '../session/access-token.ts'
import type { Client } from '../session/client.ts'
import { createApp, openAccount, refresh } from './app.ts'
import { followChanges } from './live.ts'
import { findWay } from './picture/find-way.ts'
import { createPictures } from './picture/pictures.ts'
import { onSignals, restoreTerminal, setWrapping } from './terminal.ts'
import { Frame } from './views/frame.tsx'

/**
 * Shows the app until it is left; answers with the exit code. However it ends, the terminal is as it was. `takeOver` is
 * called just before the first frame.
 */
export async function showScreen(client: Client, as: string | null, takeOver: () => void): Promise<number> {
  const closing = new AbortController()
  let left = false
  const quit = (code: number) => {
    closing.abort()
    exitCode = code
    app.pictures?.clear()
    screen.unmount()
  }
  let exitCode = 0
  let failure: unknown = null
  const app = createApp(client, { as, size: { columns: process.stdout.columns, rows: process.stdout.rows }, quit })

  function restore(): void {
    if (left) return
    left = true
    restoreTerminal()
  }
  const crash = (error: unknown) => {
    failure = error
    quit(1)
  }
  function leave(): void {
    try {
      app.pictures?.clear()
      screen.unmount()
    } finally {
      restore()
    }
  }
  const offSignals = onSignals((code) => {
    exitCode = code
    leave()
    void tokensKept().then(() => process.exit(code))
  })
  process.on('uncaughtException', crash).on('unhandledRejection', crash).on('exit', restore)

  const clear = () => app.pictures?.clear()
  // Before Ink hears of either, and draws.
  app.subscribe(() => app.pictures?.sweep())
  process.stdout.prependListener('resize', clear)
  takeOver()
  const screen = render(<Frame app={app} />, {
    alternateScreen: true,
    incrementalRendering: true,
    exitOnCtrlC: false,
    // Whether it is a terminal was looked at already; in CI too it is drawn.
    interactive: true,
  })
  const { stdin, stdout } = process
  const write = (text: string) => void stdout.write(text)
  app.pictures = createPictures(app, {
    findWay: () => findWay({ input: stdin, write }, stdout.getColorDepth()),
    write,
    flushed: screen.waitUntilRenderFlush,
    erase: screen.clear,
  })
  setWrapping('off')
  void openAccount(app)
  void refresh(app)
  void followChanges(app, closing.signal)
  try {
    await screen.waitUntilExit()
  } finally {
    restore()
    process.stdout.off('resize', clear)
    offSignals()
    process.off('uncaughtException', crash).off('unhandledRejection', crash).off('exit', restore)
  }
  if (failure !== null) throw failure
  return exitCode
}
