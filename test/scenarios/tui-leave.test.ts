import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test } from 'vitest'
import { program } from '../../cli/session/platform.fixture.ts'
import { holdTokens, terminal, withTerminal } from '../../cli/session/terminal.fixture.ts'
import { openTerminal, type Terminal } from '../terminal.ts'

// The built terminal UI is left while its sign-in is being refreshed.
withTerminal('alice')
let screen: Terminal | undefined
afterEach(() => screen?.close())

function open(): Terminal {
  const words = [terminal.folder, process.execPath, program, 'tui']
  screen = openTerminal('/bin/sh', ['-c', 'echo $$ > "$0/pid"; exec "$@"', ...words], { env: terminal.env })
  return screen
}
const signal = async (name: NodeJS.Signals) => process.kill(Number(await readFile(join(terminal.folder, 'pid'))), name)

test.each([
  ['q', (tui: Terminal) => tui.type('q'), 0],
  ['Ctrl-C', (tui: Terminal) => tui.type('\x03'), 130],
  ['SIGTERM', () => signal('SIGTERM'), 143],
  ['SIGHUP', () => signal('SIGHUP'), 129],
] as const)('%s in the middle of a refresh gives the terminal back, and keeps the sign-in', async (_, leave, code) => {
  const { token, write } = (await terminal.tokenFile('default'))!
  await write({ expiresAt: 0 })
  const { held, go } = holdTokens()
  const tui = open()
  await held
  await leave(tui)
  await expect.poll(() => tui.alternate).toBe(false)
  // Time in which it would have ended.
  await delay(300)
  go()
  expect(await tui.exited).toBe(code)
  expect((await terminal.tokenFile('default'))!.token.refresh).not.toBe(token.refresh)
  expect(await terminal.run(['bouncer', 'list'])).toMatchObject({ exit: 0 })
})

test('an issuer that never answers does not hold it', async () => {
  await (await terminal.tokenFile('default'))!.write({ expiresAt: 0 })
  const { held } = holdTokens()
  const tui = open()
  await held
  tui.type('q')
  expect(await tui.exited).toBe(0)
})

test('where a token had to go is said once the screen is left', async () => {
  const { path, write } = (await terminal.tokenFile('default'))!
  await write({ expiresAt: 0 })
  // Where the new one would be written first.
  await mkdir(`${path}.new`)
  const tui = open()
  await tui.until(/alice/)
  await rm(`${path}.new`, { recursive: true })
  expect(tui.text).not.toContain('your token is now in')
  tui.type('q')
  await tui.exited
  expect(tui.alternate).toBe(false)
  expect(tui.lines.join('')).toContain((await terminal.tokenFile('default'))!.path)
})
