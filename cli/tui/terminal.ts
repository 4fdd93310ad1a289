import { writeSync } from 'node:fs'

/**
 * Terminals disagree about how wide some characters are (joined emoji above all). Without wrapping, a row that one of
 * them makes longer than we count is cut at the edge and moves nothing.
 */
const wrapping = { off: '\x1b[?7l', on: '\x1b[?7h' }

/** Pasting as usual, lines wrapped, the cursor seen, the screen as it was. */
const asItWas = `\x1b[?2004l${wrapping.on}\x1b[?25h\x1b[?1049l`

export const setWrapping = (how: 'on' | 'off') => void process.stdout.write(wrapping[how])

/** Back from the shell or an editor: Ink draws from where the cursor is, and keys may have been echoed. */
export const backToScreen = () => void process.stdout.write(`\r${wrapping.off}`)

/** By OSC 52, which reaches the person’s own clipboard from another machine too. */
export const copyText = (text: string) =>
  void process.stdout.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`)

const emptied = '\x1b[2J\x1b[H'

const signals = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** What to do at each signal that ends the program, with its exit code; answers with what takes that back. */
export function onSignals(leave: (code: number) => void): () => void {
  const handlers = Object.entries(signals).map(([signal, code]) => {
    const handler = () => leave(code)
    process.prependListener(signal as NodeJS.Signals, handler)
    return [signal, handler] as const
  })
  return () => {
    for (const [signal, handler] of handlers) process.off(signal, handler)
  }
}

/**
 * Takes the terminal while the rest is still loading: a key typed from now on waits for whoever reads it, and is not
 * echoed into what is drawn. Answers with what hands over to the screen, which is empty, its cursor where Ink begins.
 * Ink would begin where the cursor was left on the shell’s screen.
 */
export function takeTerminal(): () => void {
  const off = onSignals((code) => {
    restoreTerminal()
    process.exit(code)
  })
  process.stdin.setRawMode(true)
  process.stdout.write(`\x1b[?1049h\x1b[?25l${emptied} irc.now  connecting …`)
  return () => {
    off()
    process.stdout.write(emptied)
  }
}

/** Gives the terminal back as it was found. Written at once, since the process may be about to end. */
export function restoreTerminal(): void {
  try {
    process.stdin.setRawMode(false)
    writeSync(process.stdout.fd, asItWas)
  } catch {
    // The terminal itself is gone.
  }
}
