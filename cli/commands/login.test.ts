import { existsSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { spawn as spawnTerminal } from '@lydell/node-pty'
import { expect, test } from 'vitest'
import { decide, program, startPlatform } from '../session/platform.fixture.ts'
import { platform, terminal, withTerminal } from '../session/terminal.fixture.ts'

// The built command line signs in to a real OIDC provider.
withTerminal()

const mode = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)
const profiles = async () => JSON.parse((await terminal.run(['profile', 'list', '--json'])).stdout).items

test('one signs in by the code, is told as whom, and calls as that account', async () => {
  const { child, link, ended } = terminal.start(['login', '--url', platform.url])
  await decide(await link(), 'alice')
  const cmdline = await readFile(`/proc/${child.pid}/cmdline`, 'utf8').catch(() => '')
  const { exit, stdout, stderr } = await ended
  expect(stderr).toContain(`Signed in at ${platform.url} as alice; the profile “default” is now in use.`)
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: '' })
  const file = (await terminal.tokenFile('default'))!
  expect(stderr).toContain(file.path)
  for (const secret of [file.token.access, file.token.refresh]) expect(stderr + cmdline).not.toContain(secret)
  expect(await Promise.all([file.path, join(terminal.config, 'config.json')].map(mode))).toEqual(['600', '600'])
  expect(await mode(terminal.config)).toBe('700')
  expect(await readFile(join(terminal.config, 'config.json'), 'utf8')).not.toContain(file.token.refresh)

  const account = await terminal.run(['account', 'show', '--json'])
  expect(JSON.parse(account.stdout)).toEqual({ name: 'alice' })
  expect(platform.state.lastToken).toBe(file.token.access)
  expect(await profiles()).toEqual([
    { name: 'local', url: null, account: null, kept: null, inUse: false },
    { name: 'default', url: platform.url, account: 'alice', kept: 'file', inUse: true },
  ])
})

test('--json prints one object, and IRC_NOW_URL names the platform', async () => {
  const { link, ended } = terminal.start(['login', '--json', '--profile', 'work'], { IRC_NOW_URL: platform.url })
  await decide(await link(), 'bob')
  const { stdout } = await ended
  const { path } = (await terminal.tokenFile('work'))!
  expect(JSON.parse(stdout)).toEqual({ name: 'work', url: platform.url, account: 'bob', kept: 'file', path })
})

test('signing in again replaces the token and ends the one before', async () => {
  await terminal.login(platform.url, 'alice')
  const before = (await terminal.tokenFile('default'))!
  const { link, ended } = terminal.start(['login'])
  await decide(await link(), 'carol')
  await ended
  expect(await readdir(join(terminal.config, 'tokens'))).toHaveLength(1)
  expect((await profiles())[1]).toMatchObject({ url: platform.url, account: 'carol' })
  expect(await platform.provider.RefreshToken.find(before.token.refresh)).toBeUndefined()
})

test('of two logins to one profile at once only the later one’s sign-in is left', async () => {
  const issued: string[] = []
  const note = ({ jti }: { jti: string }) => issued.push(jti)
  platform.provider.on('refresh_token.saved', note)
  let go = () => {}
  let asking = 0
  const both = new Promise<void>((resolve) => {
    platform.state.onHold = () => {
      asking += 1
      if (asking === 2) resolve()
    }
  })
  platform.state.holdAccount = new Promise<void>((resolve) => {
    go = resolve
  })
  const logins = [1, 2].map(() => terminal.start(['login', '--url', platform.url]))
  for (const { link } of logins) await decide(await link(), 'alice')
  await both
  platform.state.holdAccount = null
  go()
  for (const { ended } of logins) expect(await ended).toMatchObject({ exit: 0 })
  platform.provider.off('refresh_token.saved', note)
  expect(await readdir(join(terminal.config, 'tokens'))).toHaveLength(1)
  const { token } = (await terminal.tokenFile('default'))!
  const alive = await Promise.all(issued.map((jti) => platform.provider.RefreshToken.find(jti)))
  expect(issued).toHaveLength(2)
  expect(alive.filter(Boolean).map((one) => one!.jti)).toEqual([token.refresh])
})

test('refused in the browser: nobody is signed in', async () => {
  const { link, ended } = terminal.start(['login', '--url', platform.url])
  await decide(await link(), 'alice', false)
  expect(await ended).toMatchObject({ exit: 4, stdout: '', stderr: expect.stringContaining('refused in the browser') })
  expect(existsSync(terminal.config)).toBe(false)
})

test('a code that has expired says so', async () => {
  const short = await startPlatform({ deviceCodeSeconds: 1 })
  const { exit, stdout } = await terminal.run(['login', '--url', short.url, '--json'])
  await short.stop()
  expect(exit).toBe(10)
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'timed_out', message: expect.stringContaining('expired') })
})

test('what can’t be signed in to says why', async () => {
  const other = await startPlatform()
  other.state.resource = 'https://irc.now'
  for (const [url, exit, why] of [
    ['http://127.0.0.1:1', 10, 'Nothing answers'],
    ['http://irc.now', 2, 'not encrypted'],
    [`${platform.url}/oidc`, 10, 'not an irc.now'],
    [other.url, 2, 'calls itself https://irc.now'],
    ['irc.now', 2, 'is not a URL'],
  ] as const) {
    expect(await terminal.run(['login', '--url', url]), url).toMatchObject({
      exit,
      stdout: '',
      stderr: expect.stringContaining(why),
    })
  }
  await other.stop()
  expect(existsSync(terminal.config)).toBe(false)
})

test('Ctrl-C leaves nothing half stored, and no token alive', async () => {
  const waiting = terminal.start(['login', '--url', platform.url])
  await waiting.link()
  waiting.child.kill('SIGINT')
  await waiting.ended
  const issued: string[] = []
  const note = ({ jti }: { jti: string }) => issued.push(jti)
  platform.provider.on('refresh_token.saved', note)
  const held = new Promise<void>((resolve) => {
    platform.state.onHold = resolve
  })
  platform.state.holdAccount = new Promise(() => {})
  const asking = terminal.start(['login', '--url', platform.url])
  await decide(await asking.link(), 'alice')
  await held
  asking.child.kill('SIGINT')
  expect(await asking.ended).toMatchObject({ exit: 130 })
  platform.state.holdAccount = null
  platform.provider.off('refresh_token.saved', note)
  expect(existsSync(terminal.config)).toBe(false)
  expect(issued).toHaveLength(1)
  expect(await platform.provider.RefreshToken.find(issued[0]!)).toBeUndefined()
})

test('on a terminal the code can be scanned, and the browser opens unless it is not wanted', async () => {
  const browser = join(terminal.folder, 'browser')
  const opened = join(terminal.folder, 'opened')
  await writeFile(browser, `#!/bin/sh\nprintf %s "$1" > ${opened}\n`)
  await chmod(browser, 0o755)
  const env = { ...terminal.env, DISPLAY: ':none', XDG_DATA_DIRS: terminal.folder, BROWSER: browser }
  const login = async (...args: string[]) => {
    const pty = spawnTerminal(process.execPath, [program, 'login', '--url', platform.url, ...args], {
      env,
      cols: 100,
      rows: 40,
    })
    let screen = ''
    pty.onData((data) => {
      screen += data
    })
    const exit = new Promise<number>((resolve) => pty.onExit(({ exitCode }) => resolve(exitCode)))
    await expect.poll(() => screen).toMatch(/user_code=\S+\s/)
    const link = /http:\S+user_code=\S+/.exec(screen)![0]
    await decide(link, 'alice')
    expect(await exit).toBe(0)
    return { screen, link }
  }
  const quiet = await login('--no-browser')
  expect(quiet.screen).toMatch(/[█▀▄]{10}/)
  expect(existsSync(opened)).toBe(false)
  const { link } = await login()
  await expect.poll(() => readFile(opened, 'utf8').catch(() => '')).toBe(link)
})

test('logging out ends the sign-in at the platform, keeps the profile, and says what comes next', async () => {
  await terminal.login(platform.url, 'alice', ['--profile', 'work'])
  const { token } = (await terminal.tokenFile('work'))!
  expect(await terminal.run(['logout', '--profile', 'work'])).toMatchObject({
    exit: 0,
    stderr: expect.stringMatching(/“work” is still in use: “irc-now login” .+ “irc-now profile use local” goes back/),
  })
  expect(await platform.provider.RefreshToken.find(token.refresh)).toBeUndefined()
  expect(await terminal.tokenFile('work')).toBeNull()
  expect(await terminal.run(['bouncer', 'list'])).toMatchObject({
    exit: 4,
    stderr: expect.stringContaining('irc-now login --profile work'),
  })
  expect(await terminal.run(['logout'])).toMatchObject({ exit: 0, stderr: expect.stringContaining('Nobody was') })
})

test('logging out without the platform forgets the token all the same', async () => {
  const gone = await startPlatform()
  await terminal.login(gone.url, 'alice')
  await gone.stop()
  const { exit, stderr } = await terminal.run(['logout'])
  expect(exit).toBe(0)
  expect(stderr).toContain('could not be told')
  expect(await terminal.tokenFile('default')).toBeNull()
})

test('profiles: the flag goes before the environment, and that before the one in use', async () => {
  await terminal.login(platform.url, 'alice', ['--profile', 'one'])
  await terminal.login(platform.url, 'bob', ['--profile', 'two'])
  const who = async (args: string[], more: Record<string, string> = {}) => {
    const { stdout } = await terminal.run(['account', 'show', '--json=name', ...args], more)
    return JSON.parse(stdout).name ?? JSON.parse(stdout).error.code
  }
  expect(await who([])).toBe('bob')
  expect(await who([], { IRC_NOW_PROFILE: 'one' })).toBe('alice')
  expect(await who(['--profile', 'two'], { IRC_NOW_PROFILE: 'one', IRC_NOW_TOKEN: 'x' })).toBe('bob')
  expect(await who([], { IRC_NOW_TOKEN: 'x' })).toBe('not_signed_in')
  expect(await who(['--url', platform.url])).toBe('bob')
  expect(await who(['--profile', 'none'])).toBe('invalid_input')
  // A token goes nowhere but to its own platform.
  const other = await startPlatform()
  expect(await who(['--url', other.url])).toBe('not_signed_in')
  expect(await who(['--url', other.url, '--profile', 'one'])).toBe('invalid_input')
  await other.stop()
  expect(await terminal.run(['profile', 'use', 'one'])).toMatchObject({ exit: 0 })
  expect(await who([])).toBe('alice')
  await terminal.run(['profile', 'use', 'local'])
  expect(await who([])).toBe('unavailable')
  const { token } = (await terminal.tokenFile('two'))!
  expect(await terminal.run(['profile', 'delete', 'two'])).toMatchObject({ exit: 0 })
  expect(await platform.provider.RefreshToken.find(token.refresh)).toBeUndefined()
  expect((await profiles()).map(({ name }: { name: string }) => name)).toEqual(['local', 'one'])
})

test('a profile of that name for another platform is not overwritten unasked', async () => {
  await terminal.login(platform.url, 'alice')
  const { exit, stderr } = await terminal.run(['login', '--url', 'https://irc.now'])
  expect(exit).toBe(2)
  expect(stderr).toContain('--profile')
})

test.each(['local', '../up', '-x', '', '__proto__', 'a'.repeat(33), 'a b'])(
  '“%s” is no profile’s name',
  async (name) => {
    const { exit } = await terminal.run(['login', '--url', platform.url, `--profile=${name}`])
    expect(exit).toBe(2)
    expect(existsSync(terminal.config)).toBe(false)
  },
)

test('a damaged file of profiles is named', async () => {
  await mkdir(terminal.config, { recursive: true })
  await writeFile(join(terminal.config, 'config.json'), '{')
  const { exit, stderr } = await terminal.run(['bouncer', 'list'])
  expect(exit).toBe(7)
  expect(stderr).toContain(join(terminal.config, 'config.json'))
})

test('a keyring that never answers is left for a file', async () => {
  const silent = createServer(() => {})
  const path = join(terminal.folder, 'bus')
  await new Promise<void>((resolve) => silent.listen(path, resolve))
  const { exit, stderr } = await terminal.login(platform.url, 'alice', [], {
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}`,
  })
  silent.close()
  expect(exit).toBe(0)
  expect(stderr).toContain((await terminal.tokenFile('default'))!.path)
})

test('a flag that a command of its own has no use for is refused, and nothing is done', async () => {
  await terminal.login(platform.url, 'alice', ['--profile', 'work'])
  const { token } = (await terminal.tokenFile('work'))!
  for (const args of [
    ['logout', '--dry-run'],
    ['logout', '--url', platform.url],
    ['login', '--dry-run'],
    ['login', '--as', 'bob'],
    ['register', '--no-wait'],
    ['profile', 'delete', 'work', '--dry-run'],
    ['profile', 'use', 'local', '--confirm', 'local'],
    ['profile', 'list', '--watch'],
    ['profile', 'list', '--profile', 'work'],
  ]) {
    const { exit, stdout } = await terminal.run([...args, '--json'])
    expect({ exit, code: JSON.parse(stdout).error.code }, args.join(' ')).toEqual({ exit: 2, code: 'invalid_input' })
  }
  expect(await platform.provider.RefreshToken.find(token.refresh)).toBeDefined()
  expect((await profiles())[1]).toMatchObject({ name: 'work', kept: 'file', inUse: true })
  expect(await terminal.run(['register', '--profile', 'nope', '--no-browser'])).toMatchObject({
    exit: 2,
    stdout: '',
    stderr: expect.stringContaining('no profile “nope”'),
  })
})

test('register prints the page on which one signs up', async () => {
  const { stdout, stderr } = await terminal.run(['register', '--url', platform.url])
  expect(stdout).toBe(`${platform.url}/register\n`)
  expect(stderr).toContain('irc-now login')
})

test('the words, the flags and the profiles are completed', async () => {
  await terminal.login(platform.url, 'alice', ['--profile', 'work'])
  const complete = async (...words: string[]) =>
    (await terminal.run(['--complete', ...words])).stdout.trim().split('\n')
  expect(await complete('log')).toEqual(['login', 'logout'])
  expect(await complete('profile', '')).toEqual(['list', 'use', 'delete'])
  expect(await complete('profile', 'use', 'w')).toEqual(['work'])
  expect(await complete('login', '--no')).toEqual(['--no-browser'])
  expect(await complete('bouncer', 'list', '--profile', '')).toEqual(['local', 'work'])
})

test('without any profile nothing is loaded that signing in needs', async () => {
  const list = join(terminal.folder, 'loaded.mjs')
  await writeFile(
    list,
    `import { registerHooks } from 'node:module'
registerHooks({ load(url, context, next) { process.stderr.write('loaded ' + url + '\\n'); return next(url, context) } })`,
  )
  const loaded = async () => {
    const { stderr } = await terminal.run(['bouncer', 'list', '--url', platform.url], {
      NODE_OPTIONS: `--import=${pathToFileURL(list)}`,
    })
    const files = [...stderr.matchAll(/^loaded file:\/\/(\S+)$/gm)].map(([, path]) => path!)
    const texts = await Promise.all(files.map((path) => readFile(path, 'utf8')))
    return {
      // By words that only these libraries have, as they are in the bundle's own files.
      conf: texts.some((text) => text.includes('`configFileMode` option must be')),
      openid: texts.some((text) => text.includes('OAUTH_TIMEOUT')),
      keyring: stderr.includes('@napi-rs'),
      tokens: stderr.includes('/access-token-'),
    }
  }
  const none = { conf: false, openid: false, keyring: false, tokens: false }
  expect(await loaded()).toEqual(none)
  await terminal.login(platform.url, 'alice')
  expect(await loaded()).toEqual({ ...none, tokens: true })
  await (await terminal.tokenFile('default'))!.write({ expiresAt: 0 })
  expect(await loaded()).toEqual({ ...none, openid: true, tokens: true })
})
