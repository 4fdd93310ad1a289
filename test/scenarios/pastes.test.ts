import { chmod, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../daemon.ts'
import { finishOnPage } from '../front-ends/once-page.ts'
import { connectIrc } from '../irc-client.ts'
import { keys, openTerminal } from '../terminal.ts'
import { daemon, folder, withDaemon } from './daemon.fixture.ts'

// With the built programs: from a pipe, files, an editor and IRC to an address that anybody reads.
withDaemon()

/** As a browser asks, whose own resolver takes all names below localhost for this machine. */
const get = (address: string, method = 'GET', headers: Record<string, string> = {}) =>
  new Promise<{ status: number; text: string; headers: Record<string, unknown> }>((resolve, reject) => {
    const { host, port, pathname } = new URL(address)
    request({ host: '127.0.0.1', port, path: pathname, method, headers: { host, ...headers } }, async (response) => {
      let text = ''
      for await (const chunk of response.setEncoding('utf8')) text += chunk
      resolve({ status: response.statusCode!, text, headers: response.headers })
    })
      .on('error', reject)
      .end()
  })
const paste = (words: string[], stdin = '') => runCli(['paste', 'create', ...words], daemon.env, stdin)
const addressOf = ({ stdout }: { stdout: string }) => stdout.trim()

test('a pipe goes in, the address alone comes out, and there it is', async () => {
  const text = 'Zoë 🙂\n\u001b[31mred\u001b[0m <script>alert(1)</script>\n'
  const made = await paste(['--title', 'log.txt'], text)
  expect(made).toEqual({
    code: 0,
    stderr: '',
    stdout: expect.stringMatching(/^http:\/\/txt\.localhost:\d+\/\w{22}\n$/),
  })
  const address = addressOf(made)
  expect((await get(`${address}/raw`)).text).toBe(text)
  const page = await get(address)
  expect([page.status, page.headers['set-cookie']]).toEqual([200, undefined])
  expect(page.text).toContain('<i>^[</i>[31mred<i>^[</i>[0m &lt;script&gt;')
  expect((await get(`http://127.0.0.1:${daemon.ports.http}${new URL(address).pathname}`)).status).toBe(404)
  const shown = await daemon.cli('paste', 'show', address)
  expect(shown.stdout).toContain('Zoë 🙂\n\\u001b[31mred')
  expect(await daemon.cli('paste', 'show', address, '--raw')).toEqual({ code: 0, stdout: text, stderr: '' })
})

test('it is highlighted by its name, by the built worker; a delete token deletes it', async () => {
  await writeFile(join(folder, 'main.rs'), 'fn main() {}\n')
  const { url, deleteToken } = JSON.parse((await paste([join(folder, 'main.rs'), '--json'])).stdout)
  expect((await get(url)).text).toContain('<span class="hljs-keyword">fn</span>')
  expect((await get(url, 'DELETE')).status).toBe(403)
  expect((await get(url, 'DELETE', { authorization: `Bearer ${deleteToken}` })).status).toBe(204)
  expect((await get(url)).status).toBe(404)
})

test('files are one paste each, in their order; what can’t be one is said, and the others are made', async () => {
  await writeFile(join(folder, 'a.md'), '# a\n')
  await writeFile(join(folder, 'latin'), Buffer.from([0x5a, 0x6f, 0xeb]))
  const files = [join(folder, 'a.md'), join(folder, 'nosuch'), join(folder, 'latin'), folder, '-']
  const { code, stdout, stderr } = await paste(files, 'piped')
  expect(code).toBe(2)
  const made = stdout.trim().split('\n')
  expect(await Promise.all(made.map(async (one) => (await get(`${one}/raw`)).text))).toEqual(['# a\n', 'piped'])
  expect(stderr.trim().split('\n')).toEqual([
    expect.stringContaining('nosuch” can’t be read (ENOENT)'),
    expect.stringContaining('latin” is no text in UTF-8'),
    expect.stringContaining('can’t be read (EISDIR)'),
  ])
  const { items } = JSON.parse((await daemon.cli('paste', 'list', '--json')).stdout)
  expect(items.slice(0, 2)).toMatchObject([{ title: null }, { title: 'a.md' }])
  for (const [words, stdin] of [
    [[], ''],
    [['--title', 'x'], 'a\0b'],
    [['--text', 'x', join(folder, 'a.md')], ''],
  ] as const)
    expect(await paste([...words], stdin)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(/\[invalid_input\]\n$/),
    })
  expect(await paste([], 'x'.repeat(1_048_577))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('[too_large]'),
  })
  const long = join(folder, `${'a long name '.repeat(12)}.rs`)
  await writeFile(long, 'fn a() {}\n')
  const { title } = JSON.parse((await paste([long, '--dry-run', '--json'])).stdout)
  expect([title.length, title.slice(-4)]).toEqual([120, '….rs'])
  const dry = await paste(['--dry-run'], 'x')
  expect([dry.code, dry.stdout.startsWith('http')]).toEqual([0, false])
})

test('on a terminal without either, the editor is opened, and what is left in it is pasted', async () => {
  const editor = join(folder, 'editor')
  await writeFile(editor, '#!/bin/sh\necho "from $1" >&2\nprintf "written\\n" > "$2"\n')
  await chmod(editor, 0o755)
  const program = join(import.meta.dirname, '../../cli/bin/irc-now.js')
  const run = (env: NodeJS.ProcessEnv) =>
    openTerminal(process.execPath, [program, 'paste', 'create'], {
      env: { ...daemon.env, VISUAL: '', ...env },
      columns: 120,
    })
  const screen = run({ EDITOR: `${editor} ed` })
  const seen = await screen.until(/from ed[\s\S]+\/\w{22}/)
  const [address = ''] = /http:\S+/.exec(seen)!
  expect((await get(`${address}/raw`)).text).toBe('written\n')
  screen.close()
  const none = run({ EDITOR: '' })
  await none.until(/neither a file nor a pipe/)
  none.close()
})

test('on IRC it is a link to a page, and a notice once it is done', async () => {
  const { name } = JSON.parse((await daemon.cli('account', 'show', '--json')).stdout)
  const { password } = JSON.parse((await daemon.cli('password', 'create', 'client', '--json')).stdout)
  const client = await connectIrc(daemon.ports.irc, name, { username: name, password })
  await client.until(/ 001 /)
  client.send('PRIVMSG NowServ :paste create hello world title=notes.md')
  const line = await client.until(/Go on at http/)
  expect(line).toContain('The text comes on that page; what you typed of it was not used.')
  await finishOnPage(/http\S+/.exec(line)![0], { text: 'from IRC' })
  const told = await client.until(/NOTICE \S+ :PASTE CREATE: http/)
  expect((await get(`${/http\S+/.exec(told)![0]}/raw`)).text).toBe('from IRC')
  client.send(`PRIVMSG NowServ :paste show ${/http\S+/.exec(told)![0]}`)
  await client.until(/title: notes\.md .*text: from IRC/)
  client.close()
})

test('on the full screen it is written in the editor, or a file is named; its address is copied', async () => {
  const program = join(import.meta.dirname, '../../cli/bin/irc-now.js')
  await writeFile(join(folder, 'left.py'), 'def f():\n    return 1\n\t# tab\n')
  const env = { ...daemon.env, VISUAL: '', EDITOR: `cp ${join(folder, 'left.py')}` }
  const screen = openTerminal(process.execPath, [program, 'tui'], { env })
  await screen.until(/● live/)
  screen.type('2')
  await screen.until(/› pastes {2}[\s\S]+(EXPIRES AT|No paste yet)/)
  screen.type('c')
  await screen.until(/› text +\*[^\n]+Ctrl-O opens your editor/)
  screen.type(keys.enter)
  await screen.until(/› text +\*[^\n]+\n +\[invalid_input\] text is missing/)
  screen.type('\x0f')
  await screen.until(/› text +\* +4 lines written/)
  screen.type(`${keys.down}by editor${keys.enter}`)
  await screen.until(/Shown this once[\s\S]+ircn_del_\w{32}[\s\S]+y copy address/)
  screen.type('y')
  const [, address = ''] = /Copied: (\S+)/.exec(await screen.until(/✓ Copied: http/))!
  expect([screen.clipboard, (await get(`${address}/raw`)).text]).toEqual([address, 'def f():\n    return 1\n\t# tab\n'])
  screen.type(keys.escape)
  await screen.until(/› \w{22} +by editor +● active +\d+ +unlisted +in 90 d/)
  screen.type(keys.enter)
  await screen.until(/ text\n {5}def f\(\):\n {9}return 1\n {9}# tab/)
  screen.type('d')
  await screen.until(/Type \w{22} to confirm:/)
  screen.type(`${address.slice(-22)}${keys.enter}`)
  await screen.until(/✓ paste delete: done/)
  screen.type('c')
  await screen.until(/› text +\*/)
  screen.type(`${join(folder, 'nosuch')}${keys.enter}`)
  await screen.until(/\(ENOENT\); name a file/)
  screen.type(`${keys.eraseLine}${join(folder, 'left.py')}${keys.enter}`)
  await screen.until(/Shown this once[\s\S]+title +left\.py/)
  screen.type(keys.escape)
  await screen.until(/› \w{22} +left\.py/)
  screen.type('L')
  await screen.until(/irc-now paste create --file-name left\.py/)
  expect(screen.text).not.toMatch(/return 1|ircn_del/)
  screen.close()
})

test('a start later it is all still there', async () => {
  const address = addressOf(await paste([], 'kept'))
  await daemon.kill()
  await daemon.start()
  expect((await get(`${address}/raw`)).text).toBe('kept')
})
