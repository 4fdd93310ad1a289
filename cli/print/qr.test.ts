import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { spawn as spawnTerminal } from '@lydell/node-pty'
import { Terminal } from '@xterm/headless'
import qrcode from 'qrcode'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { program } from '../session/platform.fixture.ts'

// “bouncer connect” on a real terminal: what is drawn has to be the code, module by module.
const url = 'ircs://alice@bouncer.example.org:6697'
const server = createServer((_request, response) => response.end(JSON.stringify({ server: 'example.org', url })))
let address: string

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

/** The screen after the command, and its cells' colours: true is a light half, upper and lower. */
async function screenOf(cols: number, more: Record<string, string> = {}, args: string[] = []) {
  const pty = spawnTerminal(process.execPath, [program, 'bouncer', 'connect', '--url', address, ...args], {
    env: { PATH: process.env.PATH!, HOME: '/nonexistent', TERM: 'xterm-256color', ...more },
    cols,
    rows: 50,
  })
  const terminal = new Terminal({ cols, rows: 50, allowProposedApi: true })
  const written: Promise<void>[] = []
  pty.onData((data) => written.push(new Promise((resolve) => terminal.write(data, resolve))))
  await new Promise((resolve) => pty.onExit(resolve))
  await Promise.all(written)
  return terminal.buffer.active
}

type Screen = Awaited<ReturnType<typeof screenOf>>

const textOf = (screen: Screen) =>
  Array.from({ length: screen.length }, (_, y) => screen.getLine(y)?.translateToString(true) ?? '').join('\n')

/** The code's modules as colours show them: 7 is white, 0 is black. */
function modulesOf(screen: Screen): boolean[][] {
  const rows: boolean[][] = []
  for (let y = 0; y < screen.length; y++) {
    const line = screen.getLine(y)!
    const cells = Array.from({ length: line.length }, (_, x) => line.getCell(x)!).filter(
      (cell) => cell.isBgPalette() || cell.isFgPalette(),
    )
    if (cells.length < 21) continue
    const dark = (upper: boolean) =>
      cells.map((cell) => {
        const character = cell.getChars() || ' '
        const ink = character === '█' || character === (upper ? '▀' : '▄')
        return (ink ? cell.getFgColor() : cell.getBgColor()) === 0
      })
    rows.push(dark(true), dark(false))
  }
  return rows
}

test('the code on the screen is that of the address', async () => {
  const { modules } = qrcode.create(url, { errorCorrectionLevel: 'L' })
  const seen = modulesOf(await screenOf(80))
  const top = seen.findIndex((row) => row.some(Boolean))
  const left = Math.min(
    ...seen
      .slice(top, top + modules.size)
      .map((row) => row.indexOf(true))
      .filter((x) => x >= 0),
  )
  const drawn = seen.slice(top, top + modules.size).map((row) => row.slice(left, left + modules.size))
  const wanted = Array.from({ length: modules.size }, (_, y) =>
    Array.from({ length: modules.size }, (_, x) => modules.get(y, x) === 1),
  )
  expect(drawn).toEqual(wanted)
})

test('NO_COLOR that is empty is not set', async () => {
  expect(modulesOf(await screenOf(80, { NO_COLOR: '' })).length).toBeGreaterThan(20)
})

test('no code where it does not fit, nor in JSON', async () => {
  expect(textOf(await screenOf(80, { NO_COLOR: '1' }))).toMatch(/[▀▄█]{9}/)
  for (const screen of [await screenOf(25), await screenOf(80, {}, ['--json'])]) {
    expect(textOf(screen)).toContain('alice')
    expect(textOf(screen)).not.toMatch(/[▀▄█]/)
  }
})
