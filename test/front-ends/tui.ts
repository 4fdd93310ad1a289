import { mkdtempSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Field, OperationDescription } from '@irc-now/core/operation/describe'
import { keys, openTerminal, type Terminal } from '../terminal.ts'
import { type Answer, type FrontEnd, type Options, type Person, typed } from './front-end.ts'
import { isPrice, isQuestion, readProblem, readResult } from './tui-screen.ts'

const program = join(import.meta.dirname, '../../cli/bin/irc-now.js')
/** All of an answer is seen at once, and no value is cut. */
const size = { columns: 400, rows: 150 }
/** So many screens are open at the same time. */
const most = 4

const dryRunKey = '\x14'
const editorKey = '\x0f'

const labelOf = (field: Field) => field.flag.replaceAll('-', ' ')
const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** `irc-now tui` in a terminal: the palette, the form, and what the screen says then. */
export function tuiFrontEnd(url: string): FrontEnd {
  const screens = new Map<string, Promise<Terminal>>()
  const folder = mkdtempSync(join(tmpdir(), 'irc-now-tui-'))
  /** What the person’s editor leaves of any text. */
  const body = join(folder, 'body')

  /** The screen of somebody, opened the first time; the one that was used the longest ago is closed for it. */
  function screenOf(person: Person | null, as: string | undefined): Promise<Terminal> {
    const whose = `${person?.name} ${as}`
    const screen = screens.get(whose) ?? open(person, as)
    screens.delete(whose)
    screens.set(whose, screen)
    for (const [other, open] of [...screens].slice(0, -most)) {
      screens.delete(other)
      void open.then((one) => one.close())
    }
    return screen
  }

  async function open(person: Person | null, as: string | undefined): Promise<Terminal> {
    const words = [program, 'tui', `--url=${url}`, ...(as === undefined ? [] : [`--as=${as}`])]
    const token = person ? { IRC_NOW_TOKEN: person.token } : {}
    const env = { PATH: process.env.PATH, HOME: '/nonexistent', NO_COLOR: '1', EDITOR: `cp ${body}`, ...token }
    const screen = openTerminal(process.execPath, words, { ...size, env })
    // Who it is, or that this can't be said.
    await screen.until(/^ irc\.now › bouncers .+\S {2}[●○] |✗ \[\w+\]/)
    return screen
  }

  return {
    name: 'tui',
    via: 'tui',
    async run(person, operation, input, options = {}) {
      // Without a form it would be done at once, whatever else is said.
      const unsaid = Object.keys(input)[0]
      if (operation.fields.length === 0 && unsaid !== undefined) return { unaskable: unsaid }
      const screen = await screenOf(person, options.as)
      // From where none of what is asked for is seen already, but for the audit itself.
      const home = operation.noun === 'audit' ? 'bouncers' : 'audit'
      await goHome(screen, home)
      screen.type(`:${operation.noun} ${operation.verb}`)
      await screen.until(new RegExp(`^ › ${operation.noun} ${operation.verb} `, 'm'))
      screen.type(keys.enter)
      if (operation.fields.length > 0) {
        const form = new RegExp(`^ irc\\.now › \\w+ › ${operation.noun} ${operation.verb} [\\s\\S]+Esc back`)
        await screen.until(form)
        const lacking = await fillIn(screen, operation, input, (text) => writeFile(body, text))
        if (lacking) return { unaskable: lacking }
        screen.type(options.dryRun ? dryRunKey : keys.enter)
      }
      return answerOf(screen, home, operation, options)
    },
    close() {
      for (const screen of screens.values()) screen.then((one) => one.close()).catch(() => {})
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** To a home screen, whatever is seen: Esc leaves what takes letters as text. */
async function goHome(screen: Terminal, title: string): Promise<void> {
  await screen.until(/^ irc\.now › /)
  while (!/^ irc\.now › \w+ {2}/.test(screen.text)) {
    const before = screen.lines[0]
    screen.type(keys.escape)
    await until(screen, () => screen.lines[0] !== before)
  }
  const number = new RegExp(`(\\d) ${title}`).exec(screen.lines[1]!)![1]!
  screen.type(number)
  await screen.until(new RegExp(`^ irc\\.now › ${title} {2}`))
}

/** Resolves once it is so, and what is seen is all there: a screen may be drawn in several pieces. */
async function until(screen: Terminal, isSo: () => boolean): Promise<void> {
  const end = Date.now() + 60_000
  for (let before = ''; ; before = screen.text) {
    if (!screen.drawing && screen.text === before && isSo()) return
    if (Date.now() > end) throw new Error(`What was waited for never came:\n${screen.text}`)
    await delay(40)
  }
}

/** Types each field; answers with one that the form doesn't take, if there is one. */
async function fillIn(
  screen: Terminal,
  { fields }: OperationDescription,
  input: Readonly<Record<string, unknown>>,
  write: (text: string) => Promise<void>,
): Promise<string | null> {
  let focus = 0
  for (const [name, value] of Object.entries(input)) {
    const place = fields.findIndex((field) => field.name === name)
    const field = fields[place]
    if (!field) return name
    if (field.body === 'text') {
      await write(typed(value))
      const before = screen.text
      screen.type(editorKey)
      await until(
        screen,
        () =>
          screen.text.includes(value === '' ? 'opens your editor' : 'lines written') &&
          (value === '' || screen.text !== before),
      )
      focus = place
      continue
    }
    screen.type((place > focus ? keys.down : keys.up).repeat(Math.abs(place - focus)))
    focus = place
    const focused = `^ › ${labelOf(field)} [ *] *`
    await screen.until(new RegExp(focused, 'm'))
    const text = typed(value)
    if (field.kind === 'choice' || field.kind === 'boolean') {
      // A screen that is just being drawn has it not yet, or no longer.
      const row = () => new RegExp(`${focused}.*\\S.*$`, 'm').exec(screen.text)?.[0]
      const choices = (/^ › .+$/m.exec(screen.text)![0].match(/[\w.-]+/g) ?? []) as string[]
      if (!choices.includes(text)) return name
      for (let step = 0; !screen.text.includes(`[${text}]`); step += 1) {
        if (step > 4 * choices.length) throw new Error(`${name} can’t be chosen to be ${text}:\n${screen.text}`)
        const before = row()
        screen.type(keys.right)
        await until(screen, () => row() !== undefined && row() !== before)
      }
    } else {
      screen.type(text === '' ? keys.backspace : text)
      const seen = text === '' ? 'will be emptied' : field.secret ? '•'.repeat(text.length) : escaped(text)
      await screen.until(new RegExp(`${focused}[^\\n]*${seen}`, 'm'))
    }
  }
  return null
}

/** What came of it: an answer is on a screen of its own, an error beside what it is about. */
async function answerOf(
  screen: Terminal,
  home: string,
  operation: OperationDescription,
  { confirm, dryRun }: Options,
): Promise<Answer> {
  const problem = () => readProblem(screen.lines, home, operation)
  const result = () => readResult(screen.lines, home, operation)
  const over = () => problem() !== null || result() !== null
  await until(screen, () => over() || isQuestion(screen.lines) || isPrice(screen.lines))
  if (isPrice(screen.lines)) {
    screen.type(keys.enter)
    await until(screen, () => over() || isQuestion(screen.lines))
  }
  if (isQuestion(screen.lines)) {
    // Without a form the question is where a dry run is asked for.
    if (!dryRun && confirm === undefined) return { code: 'confirmation_required' }
    screen.type(dryRun ? dryRunKey : `${confirm}${keys.enter}`)
    await until(screen, over)
  }
  return problem() ?? { output: result(), onScreen: true }
}
