import { setTimeout as delay } from 'node:timers/promises'
import { spawn } from '@lydell/node-pty'
import xterm from '@xterm/headless'

/** A terminal as a person has it: a program in a PTY, and the screen that its output makes. */
export function openTerminal(
  file: string,
  args: readonly string[],
  options: {
    env: NodeJS.ProcessEnv
    columns?: number
    rows?: number
    /** What it calls itself. */
    term?: string
    /** What it answers a program that asks; else it is silent. */
    answers?: Readonly<Record<string, string>>
  },
) {
  const { env, columns = 80, rows = 24, term = 'xterm-256color' } = options
  const screen = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 1000 })
  const pty = spawn(file, [...args], { cols: columns, rows, env: { ...env, TERM: term } })
  let cursorShown = true
  /** What is seen is only a part of what is being drawn: a terminal that knows it shows nothing of that yet. */
  let drawing = false
  let ended = false
  /** What a program has put into the clipboard by OSC 52. */
  let clipboard = ''
  screen.parser.registerOscHandler(52, (data) => {
    clipboard = Buffer.from(data.slice(data.indexOf(';') + 1), 'base64').toString()
    return true
  })
  for (const [final, begins] of [
    ['h', true],
    ['l', false],
  ] as const)
    screen.parser.registerCsiHandler({ prefix: '?', final }, (modes) => {
      if (modes.includes(25)) cursorShown = begins
      if (modes.includes(2026)) drawing = begins
      return false
    })
  let heard = ''
  let written = ''
  const unanswered = new Map(Object.keys(options.answers ?? {}).map((question) => [question, 0]))
  pty.onData((data) => {
    heard += data
    // A question may come in pieces.
    for (const [question, from] of unanswered) {
      const place = heard.indexOf(question, from)
      if (place < 0) continue
      unanswered.set(question, place + question.length)
      pty.write(options.answers![question]!)
    }
    screen.write(data, () => {
      written += data
    })
  })
  const exited = new Promise<number>((resolve) =>
    pty.onExit(({ exitCode }) => {
      ended = true
      // What was written last is parsed before the screen is looked at.
      screen.write('', () => {
        drawing = false
        resolve(exitCode)
      })
    }),
  )
  const lineAt = (place: number) => screen.buffer.active.getLine(place)
  const terminal = {
    exited,
    type: (text: string) => pty.write(text),
    resize(columns: number, rows: number) {
      screen.resize(columns, rows)
      pty.resize(columns, rows)
    },
    /** The visible rows. */
    get lines(): string[] {
      const { baseY } = screen.buffer.active
      return Array.from({ length: screen.rows }, (_, i) => lineAt(baseY + i)?.translateToString(true) ?? '')
    },
    get text(): string {
      return terminal.lines.join('\n')
    },
    /** Rows that are there only because the one above was too long. */
    get overlong(): number {
      return Array.from({ length: screen.buffer.active.length }, (_, i) => lineAt(i)?.isWrapped).filter(Boolean).length
    },
    /** The colour (of 256; -1 is the terminal’s own) in which a text is first seen; undefined where it is not. */
    colourOf(text: string): number | undefined {
      const { baseY } = screen.buffer.active
      const row = terminal.lines.findIndex((line) => line.includes(text))
      const cell = row < 0 ? undefined : lineAt(baseY + row)?.getCell(terminal.lines[row]!.indexOf(text))
      return cell && (cell.isFgDefault() ? -1 : cell.getFgColor())
    },
    /** All that was ever written to it, as far as the screen shows it. */
    get written(): string {
      return written
    },
    /** The colours of a cell, by row and column from 0. */
    coloursAt(row: number, column: number): { text: string; front: number; ground: number } {
      const cell = lineAt(screen.buffer.active.baseY + row)!.getCell(column)!
      return { text: cell.getChars(), front: cell.getFgColor(), ground: cell.getBgColor() }
    },
    get alternate(): boolean {
      return screen.buffer.active.type === 'alternate'
    },
    /** Whether the screen is only half drawn. */
    get drawing(): boolean {
      return drawing
    },
    get clipboard(): string {
      return clipboard
    },
    get cursorShown(): boolean {
      return cursorShown
    },
    /** Resolves with the screen once it matches as a whole; throws with the screen as it is when it never does. */
    async until(pattern: RegExp): Promise<string> {
      const end = Date.now() + 60_000
      while (drawing || !pattern.test(terminal.text)) {
        if (Date.now() > end) throw new Error(`The screen never matched ${pattern}:\n${terminal.text}`)
        await delay(20)
      }
      return terminal.text
    },
    close() {
      if (!ended) pty.kill('SIGKILL')
      screen.dispose()
    },
  }
  return terminal
}

export type Terminal = ReturnType<typeof openTerminal>

export const keys = {
  enter: '\r',
  escape: '\x1b',
  tab: '\t',
  backspace: '\x7f',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
  eraseLine: '\x15',
} as const
