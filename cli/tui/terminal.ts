import { writeSync } from 'node:fs'

/**
 * Terminals disagree about how wide some characters are (joined emoji above all). Without wrapping, a row that one of
 * them makes longer than we count is cut at the edge and moves nothing.
 */
const wrapping = { off: '\x1b[?7l', on: '\x1b[?7h' }

/** Pasting as usual, lines wrapped, the cursor seen, the screen as it was. */
const asItWas = `\x1b[?2004l${wrapping.on}\x1b[?25h\x1b[?1049l`

export const setWrapping = (how: 'on' | 'off') => void process.stdout.write(wrapping[how])

/** By OSC 52, which reaches the person’s own clipboard from another machine too. */
export const copyText = (text: string) =>
  void process.stdout.write(`\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`)

/** Gives the terminal back as it was found. Written at once, since the process may be about to end. */
export function restoreTerminal(): void {
  try {
    process.stdin.setRawMode(false)
    writeSync(process.stdout.fd, asItWas)
  } catch {
    // The terminal itself is gone.
  }
}
