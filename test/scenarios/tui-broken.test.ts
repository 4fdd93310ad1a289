import { expect, test } from 'vitest'
import { answers, openCli, withPlatform } from '../fake-platform.ts'
import { keys, type Terminal } from '../terminal.ts'

// The built terminal UI against a platform that answers what no platform should.
withPlatform({
  'account.show': () => ({ name: 'al\x1b[31mice', role: 'member', status: { phase: 'active', message: null } }),
  'upstream.list': () => ({ items: [] }),
})

async function expectCrash(screen: Terminal): Promise<void> {
  await screen.exited
  expect(screen.alternate).toBe(false)
  expect(screen.cursorShown).toBe(true)
  expect(screen.text).toMatch(/^before\n.*\[internal\]/s)
  expect(screen.text).toMatch(/left with 1\n[\s\S]*[^-]icanon[\s\S]*[^-]echo\b/)
}

test('an error while drawing leaves the terminal as it was', async () => {
  answers['bouncer.list'] = () => ({ items: { length: 1 } })
  await expectCrash(openCli(['tui']))
})

test('so does one outside of it', async () => {
  answers['bouncer.list'] = () => null
  await expectCrash(openCli(['tui']))
})

test('texts can neither steer the terminal nor break the lines', async () => {
  const hostile = '\x1b]0;owned\x07\x1b[2J\u202egnp.exe\r\n\0\x9b31m'
  const items = [
    { name: 'main', username: hostile, nick: '漢字'.repeat(400), status: { phase: 'failed', message: hostile } },
    {
      name: 'other',
      username: 'x'.repeat(1_000_000),
      nick: '👩‍👩‍👧‍👦'.repeat(50),
      status: { phase: 'ready', message: null },
    },
  ]
  answers['bouncer.list'] = () => ({ items })
  answers['bouncer.show'] = () => items[0]
  const screen = openCli(['tui'])
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
