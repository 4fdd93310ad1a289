import { expect, test } from 'vitest'
import { answers, openCli, withPlatform } from '../../test/fake-platform.ts'
import { keys } from '../../test/terminal.ts'

// The built terminal UI shows what it will never show again.
const password = `ircn_app_${'x'.repeat(43)}`
const link = `http://irc.example.org:8067/once/ircn_once_${'A1b2'.repeat(11)}`
withPlatform({
  'account.show': () => ({ name: 'alice', role: 'ops', status: { phase: 'active', message: null } }),
  'bouncer.list': () => ({ items: [] }),
  'account.list': () => ({ items: [{ name: 'bob', role: 'member', plan: 'free', status: { phase: 'active' } }] }),
  'password.list': () => ({ items: [] }),
  'password.create': () => ({ name: 'phone', scope: 'irc', prefix: 'ircn_app_xxxx', password }),
  'account.invite': () => ({ name: 'bob', link, expiresAt: '2030-01-01T00:00:00.000Z' }),
})

async function openSecret() {
  const screen = openCli(['tui'])
  await screen.until(/\(ops\) +● live/)
  screen.type('4')
  await screen.until(/No app password yet/)
  screen.type('c')
  await screen.until(/› name/)
  screen.type(`phone${keys.enter}`)
  await screen.until(/Shown this once[\s\S]+y copy password {2}Esc put it away {2}\? help {2}q quit *$/)
  return screen
}

test('no key but Esc and Enter puts it away; help and the log lie above it, and lead back to it', async () => {
  for (const end of [keys.escape, keys.enter]) {
    const screen = await openSecret()
    screen.type(`1:2${keys.tab}rceda/ j`)
    for (const above of ['?', 'L']) {
      screen.type(above)
      await screen.until(above === '?' ? /Everywhere/ : /irc-now password create phone/)
      screen.type('1')
      await screen.until(/Shown this once/)
    }
    expect(screen.text).toContain(password)
    screen.type(end)
    await screen.until(/No app password yet/)
    expect(screen.text).not.toContain(password)
    screen.close()
  }
})

test('q asks, from above it too', async () => {
  const screen = await openSecret()
  screen.type('q')
  await screen.until(/q once more does/)
  screen.type('x')
  await screen.until(/Esc or Enter puts it away/)
  screen.type('?')
  await screen.until(/Everywhere/)
  screen.type('q')
  await screen.until(/q once more does/)
  expect(screen.text).toContain(password)
  screen.type('q')
  await screen.until(/left with 0/)
})

test('y copies it, and does not say it again', async () => {
  const screen = await openSecret()
  screen.type('y')
  await screen.until(/✓ Copied: the password\./)
  await expect.poll(() => screen.clipboard).toBe(password)
})

test('a link stands in lines of its own, from the first column on where it has to be broken; it is copied and scanned as a whole', async () => {
  const screen = openCli(['tui'])
  await screen.until(/\(ops\) +● live/)
  screen.type(':account invite')
  await screen.until(/› account invite/)
  screen.type(keys.enter)
  await screen.until(/› name/)
  screen.type(`bob${keys.enter}`)
  await screen.until(/\n link *\n/)
  expect(screen.text).toContain(`\n${link.slice(0, 80)}\n${link.slice(80)}\n`)
  screen.type('y')
  await screen.until(/✓ Copied: the address/)
  await expect.poll(() => screen.clipboard).toBe(link)
  screen.resize(100, 24)
  // Where it needs not be broken it stands below its label.
  await expect.poll(() => screen.lines).toContain(`     ${link}`)
  screen.type('s')
  await screen.until(/› QR code[\s\S]+\n {2}█▀/)
  screen.type('1')
  await screen.until(/\n {3}link *\n/)
})

test('of a paste the address is copied, and by another key what deletes it', async () => {
  const url = 'http://txt.localhost/abc'
  answers['paste.create'] = () => ({ id: 'abc', url, deleteToken: 'ircn_del_x' })
  const screen = openCli(['tui'], { env: { EDITOR: 'echo text >' } })
  await screen.until(/● live/)
  screen.type(':paste create')
  await screen.until(/› paste create/)
  screen.type(keys.enter)
  await screen.until(/› text/)
  screen.type('\x0f')
  await screen.until(/lines written/)
  screen.type(keys.enter)
  await screen.until(/y copy address {2}Y copy delete token/)
  for (const [key, text] of [
    ['Y', 'ircn_del_x'],
    ['y', url],
  ] as const) {
    screen.type(key)
    await screen.until(key === 'y' ? /Copied: http/ : /Copied: the delete token/)
    await expect.poll(() => screen.clipboard).toBe(text)
  }
})
