import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { answers, openCli, withPlatform } from './fake-platform.ts'
import { keys } from './terminal.ts'

// The built terminal UI, while it starts.
const account = { name: 'alice', role: 'member', status: { phase: 'active', message: null } }
withPlatform({ 'account.show': () => account, 'bouncer.list': () => ({ items: [] }) })

test('it says at once that it connects, and keys that are typed meanwhile leave no trace', async () => {
  const asked = Promise.withResolvers<typeof account>()
  answers['account.show'] = () => asked.promise
  const screen = openCli(['tui'])
  const started = screen.until(/^ irc\.now {2}connecting …/)
  let live = false
  const typing = (async () => {
    for (; !live; await delay(10)) screen.type(keys.right)
  })()
  await started
  asked.resolve(account)
  await screen.until(/● live/)
  live = true
  await typing
  expect(screen.lines[0]).toMatch(/^ irc\.now › bouncers {2} +alice {2}● live$/)
  expect(screen.written.slice(screen.written.indexOf('connecting'))).not.toContain('^[[C')
  expect(screen.text).not.toContain('connecting')
})

test('Ctrl-C that is typed meanwhile leaves it', async () => {
  answers['account.show'] = () => new Promise(() => {})
  const screen = openCli(['tui'])
  await screen.until(/^ irc\.now {2}connecting …/)
  screen.type('\x03')
  await screen.exited
  expect(screen.alternate).toBe(false)
  expect(screen.text).toMatch(/^before\n[\s\S]*left with 130\n[\s\S]+[^-]icanon/)
})
