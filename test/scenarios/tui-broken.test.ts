import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { keys, openTerminal, type Terminal } from '../terminal.ts'

// The built terminal UI against a platform that answers what no platform should.
const program = join(import.meta.dirname, '../../cli/bin/irc-now.js')
let folder: string
let server: Server
let bouncers: unknown
let terminal: Terminal

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-tui-'))
  const answers: Record<string, () => unknown> = {
    '/v1/account.show': () => ({ name: 'al\x1b[31mice', role: 'member', status: { phase: 'active', message: null } }),
    '/v1/bouncer.list': () => bouncers,
    '/v1/bouncer.show': () => (bouncers as { items: unknown[] }).items[0],
    '/v1/upstream.list': () => ({ items: [] }),
  }
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://platform').pathname
    if (path === '/v1/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': here\n\n')
      return
    }
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(path in answers ? answers[path]!() : {}))
  })
  const socket = join(folder, 'daemon.sock')
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  await writeFile(join(folder, 'endpoints.json'), JSON.stringify({ socket }))
})
afterEach(async () => {
  terminal?.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

function open(): Terminal {
  const env = { PATH: process.env.PATH, HOME: folder, IRC_NOW_HOME: folder }
  const script = 'echo before; "$@"; echo "left with $?"; stty -a'
  terminal = openTerminal('/bin/sh', ['-c', script, 'sh', process.execPath, program, 'tui'], { env })
  return terminal
}

async function expectCrash(screen: Terminal): Promise<void> {
  await screen.exited
  expect(screen.alternate).toBe(false)
  expect(screen.cursorShown).toBe(true)
  expect(screen.text).toMatch(/^before\n.*\[internal\]/s)
  expect(screen.text).toMatch(/left with 1\n[\s\S]*[^-]icanon[\s\S]*[^-]echo\b/)
}

test('an error while drawing leaves the terminal as it was', async () => {
  bouncers = { items: { length: 1 } }
  await expectCrash(open())
})

test('so does one outside of it', async () => {
  bouncers = null
  await expectCrash(open())
})

test('texts can neither steer the terminal nor break the lines', async () => {
  const hostile = '\x1b]0;owned\x07\x1b[2J\u202egnp.exe\r\n\0\x9b31m'
  bouncers = {
    items: [
      { name: 'main', username: hostile, nick: '漢字'.repeat(400), status: { phase: 'failed', message: hostile } },
      {
        name: 'other',
        username: 'x'.repeat(1_000_000),
        nick: '👩‍👩‍👧‍👦'.repeat(50),
        status: { phase: 'ready', message: null },
      },
    ],
  }
  const screen = open()
  await screen.until(/main[\s\S]+other/)
  expect(screen.text).toContain('al\\u001b[31mice')
  for (const [columns, rows] of [
    [80, 24],
    [51, 14],
    [30, 8],
  ] as const) {
    screen.resize(columns, rows)
    for (const [key, seen] of [
      ['1', /other/],
      [keys.enter, /› main/],
    ] as const) {
      screen.type(key)
      await screen.until(seen)
      await screen.until(/\? help {2}q quit *$/)
      expect(screen.overlong).toBe(0)
      expect(screen.lines[0]).toMatch(/^ irc\.now/)
    }
    screen.type('1')
  }
})
