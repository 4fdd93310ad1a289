import { expect, test } from 'vitest'
import { answers, openCli, requests, withPlatform } from '../../test/fake-platform.ts'
import { keys } from '../../test/terminal.ts'

// The built terminal UI, as somebody new to it uses it.
const bouncer = { name: 'main', username: 'alice', nick: 'alice', status: { phase: 'ready', message: null } }
withPlatform({
  'account.show': () => ({ name: 'alice', role: 'ops', status: { phase: 'active', message: null } }),
  'bouncer.list': () => ({ items: [bouncer] }),
  'bouncer.show': () => bouncer,
  'bouncer.restart': () => bouncer,
  'account.list': () => ({ items: [] }),
  'account.invite': () => ({ name: 'bob', link: 'http://irc/once/x', expiresAt: '2030-01-01T00:00:00.000Z' }),
  'password.list': () => ({ items: [] }),
  'upstream.list': () => ({ items: [] }),
})

async function open(size: { columns?: number; rows?: number } = {}) {
  const screen = openCli(['tui'], size)
  await screen.until(/\(ops\) +● live/)
  await screen.until(/main +alice/)
  return screen
}
const changes = () => requests.filter(({ operation }) => !/\.(list|show)$/.test(operation))

test.each(['account invite bob', 'acc inv bob', 'invite bob'])(':%s', async (words) => {
  const screen = await open()
  screen.type(`:${words}`)
  await screen.until(/› account invite[\s\S]+irc-now account invite bob/)
  screen.type(keys.enter)
  // Named in whole it is done; a guess is shown before it changes anything.
  if (words.startsWith('account')) await screen.until(/Shown this once/)
  else await screen.until(/› name +\* bob/)
  expect(changes()).toHaveLength(words.startsWith('account') ? 1 : 0)
})

test('words that name a thing read it at once, and those that no operation takes name nothing', async () => {
  const screen = await open()
  screen.type(`:b sh main${keys.enter}`)
  await screen.until(/^ irc\.now › bouncers › main {2}/)
  screen.type(':account bob')
  await screen.until(/Nothing is called that/)
})

test('a filter that nothing passes says so, and what shows all again', async () => {
  const screen = await open()
  screen.type('/xyz')
  await screen.until(/\/xyz +0 of 1 *\n *Nothing matches “xyz”; Esc shows all\./)
  screen.type(keys.escape)
  await screen.until(/› main +alice/)
})

test.each([50, 44, 40])('in %d columns a cell is cut by one ellipsis', async (columns) => {
  answers['bouncer.list'] = () => ({ items: [{ ...bouncer, upstreams: '1 of 1 connected' }] })
  const screen = await open({ columns })
  await screen.until(/› main +alice +● ready.*…/)
  expect(screen.text).not.toContain('……')
})

test('what has an address of its own says it once it is made', async () => {
  answers['paste.create'] = () => ({ id: 'x', url: 'http://txt.localhost/x' })
  answers['paste.list'] = () => ({ items: [] })
  const screen = await open()
  screen.type(`:paste create${keys.enter}`)
  await screen.until(/› text/)
  screen.type(`${import.meta.filename}${keys.enter}`)
  await screen.until(/✓ paste create: done\. http:\/\/txt\.localhost\/x *$/m)
})

test('what was said of an action goes with the next screen', async () => {
  answers['account.invite'] = () => new Promise(() => undefined)
  const screen = await open()
  screen.type(`:bouncer restart main${keys.enter}`)
  // What is said last: what came later would stand on the next screen.
  await screen.until(/✓ bouncer main is ready/)
  screen.type('4')
  await screen.until(/No app password yet/)
  expect(screen.text).not.toContain('✓')
})

test.each([
  [80, 24],
  [100, 30],
  [60, 20],
  [200, 50],
])(
  'every tab has its whole name when it is open, and what lies beside it is hinted at, in %d columns',
  async (columns, rows) => {
    const screen = await open({ columns, rows })
    const names = () =>
      screen.lines[1]!.split(/\s+(?:\d |[‹›])/)
        .map((name) => name.trim())
        .filter(Boolean)
    const all = new Set<string>()
    for (let tab = 0; !all.has('members') || tab < 9; tab += 1) {
      const title = /^ irc\.now › (\w+) /.exec(screen.text)![1]!
      expect(names()).toContain(title)
      for (const name of names()) all.add(name)
      screen.type(keys.tab)
      await screen.until(new RegExp(`^ irc\\.now › (?!${title} )\\w+ `))
      expect(screen.overlong).toBe(0)
    }
    expect([...all].every((name) => /^[a-z]+$/.test(name))).toBe(true)
  },
)

const text = 'def f():\n    return "x\u001b[31mred"\n'

test.each([
  ['by its language', { language: 'python' }, {}, [5, 2]],
  ['by its name', { title: 'a.py' }, {}, [5, 2]],
  ['not at all without colours', { title: 'a.py' }, { NO_COLOR: '1' }, [-1, -1]],
] as const)('a text is highlighted %s, and steers nothing', async (_, more, env, colours) => {
  const status = { phase: 'active', message: null }
  answers['paste.show'] = () => ({ id: 'a'.repeat(22), title: null, language: null, status, text, ...more })
  const screen = openCli(['tui'], { env })
  await screen.until(/\(ops\) +● live/)
  screen.type(`:paste show ${'a'.repeat(22)}${keys.enter}`)
  await screen.until(/ text *\n {5}def f\(\): *\n {9}return "x\\u001b\[31mred"/)
  await expect.poll(() => [screen.colourOf('def'), screen.colourOf('"x')]).toEqual(colours)
})

test.each([
  [
    { EDITOR: '/usr/bin/vim' },
    /Ctrl-O opens your editor; or type a file’s name[\s\S]+Press Ctrl-O to write it in vim; or type the name of a\s+file/,
  ],
  [{ EDITOR: '', VISUAL: '' }, /› text +\* +type a file’s name[\s\S]+with EDITOR set, Ctrl-O/],
])('where a text is wanted, the form says how it is given: %j', async (env, seen) => {
  const screen = openCli(['tui'], { env })
  await screen.until(/\(ops\) +● live/)
  screen.type(':paste create')
  await screen.until(/› paste create/)
  screen.type(keys.enter)
  await screen.until(seen)
})
