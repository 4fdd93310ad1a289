import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { createTerminal, program, startPlatform } from '../../cli/session/platform.fixture.ts'
import { openTerminal, type Terminal } from '../terminal.ts'

// The built terminal UI is left while its sign-in is being refreshed.
let platform: Awaited<ReturnType<typeof startPlatform>>
let home: Awaited<ReturnType<typeof createTerminal>>
let screen: Terminal | undefined

beforeAll(async () => {
  platform = await startPlatform()
})
afterAll(() => platform.stop())
beforeEach(async () => {
  home = await createTerminal()
  await home.login(platform.url, 'alice')
})
afterEach(async () => {
  screen?.close()
  platform.state.holdTokens = null
  await home.remove()
})

function open(): Terminal {
  const words = [home.folder, process.execPath, program, 'tui']
  screen = openTerminal('/bin/sh', ['-c', 'echo $$ > "$0/pid"; exec "$@"', ...words], { env: home.env })
  return screen
}
const signal = async (name: NodeJS.Signals) => process.kill(Number(await readFile(join(home.folder, 'pid'))), name)

test.each([
  ['q', (terminal: Terminal) => terminal.type('q'), 0],
  ['Ctrl-C', (terminal: Terminal) => terminal.type('\x03'), 130],
  ['SIGTERM', () => signal('SIGTERM'), 143],
  ['SIGHUP', () => signal('SIGHUP'), 129],
] as const)('%s in the middle of a refresh gives the terminal back, and keeps the sign-in', async (_, leave, code) => {
  const { token, write } = (await home.tokenFile('default'))!
  await write({ expiresAt: 0 })
  let go = () => {}
  const held = new Promise<void>((resolve) => {
    platform.state.onHold = resolve
  })
  platform.state.holdTokens = new Promise<void>((resolve) => {
    go = resolve
  })
  const terminal = open()
  await held
  await leave(terminal)
  await expect.poll(() => terminal.alternate).toBe(false)
  // Time in which it would have ended.
  await delay(300)
  platform.state.holdTokens = null
  go()
  expect(await terminal.exited).toBe(code)
  expect((await home.tokenFile('default'))!.token.refresh).not.toBe(token.refresh)
  expect(await home.run(['bouncer', 'list'])).toMatchObject({ exit: 0 })
})

test('an issuer that never answers does not hold it', async () => {
  await (await home.tokenFile('default'))!.write({ expiresAt: 0 })
  const held = new Promise<void>((resolve) => {
    platform.state.onHold = resolve
  })
  platform.state.holdTokens = new Promise(() => {})
  const terminal = open()
  await held
  terminal.type('q')
  expect(await terminal.exited).toBe(0)
})

test('where a token had to go is said once the screen is left', async () => {
  const { path, write } = (await home.tokenFile('default'))!
  await write({ expiresAt: 0 })
  // Where the new one would be written first.
  await mkdir(`${path}.new`)
  const terminal = open()
  await terminal.until(/alice/)
  await rm(`${path}.new`, { recursive: true })
  expect(terminal.text).not.toContain('your token is now in')
  terminal.type('q')
  await terminal.exited
  expect(terminal.alternate).toBe(false)
  expect(terminal.lines.join('')).toContain((await home.tokenFile('default'))!.path)
})
