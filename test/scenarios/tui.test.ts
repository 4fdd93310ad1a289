import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { catalogue } from '@irc-now/core/catalogue'
import { describeOperation } from '@irc-now/core/operation/describe'
import { afterEach, expect, test } from 'vitest'
import { keys, openTerminal, type Terminal } from '../terminal.ts'
import { daemon, folder, withDaemon } from './daemon.fixture.ts'

// One story, in order: the built terminal UI in a PTY, against the built daemon with real soju and ergo.
const program = join(import.meta.dirname, '../../cli/bin/irc-now.js')
let terminal: Terminal | undefined

withDaemon()
afterEach(() => {
  terminal?.close()
  terminal = undefined
})

/** The UI as a shell runs it: what the shell prints afterwards says how the terminal was left. */
function open(size: { columns?: number; rows?: number } = {}, ...flags: string[]): Terminal {
  const script =
    'echo "$ irc-now tui"; sh -c \'echo $$ > "$0/pid"; exec "$@"\' "$@"; echo "left with $?"; stty -a; echo end'
  const words = [folder, process.execPath, program, 'tui', ...flags]
  terminal = openTerminal('/bin/sh', ['-c', script, 'sh', ...words], { ...size, env: daemon.env })
  return terminal
}
const pid = async () => Number((await readFile(join(folder, 'pid'), 'utf8')).trim())

function expectAsItWas(screen: Terminal, code: number): void {
  expect(screen.alternate).toBe(false)
  expect(screen.cursorShown).toBe(true)
  expect(screen.text).toContain(`left with ${code}`)
  expect(screen.text).toContain('$ irc-now tui')
  expect(screen.text).toMatch(/[^-]icanon/)
  expect(screen.text).toMatch(/[^-]echo\b/)
}

function expectFits(screen: Terminal): void {
  expect(screen.overlong).toBe(0)
  expect(screen.lines[0]).toMatch(/^ irc\.now/)
  expect(screen.lines.at(-1)).toMatch(/\? help {2}q quit *$/)
}

test('a newcomer is told what to press, and has a bouncer that is seen to connect', async () => {
  const screen = open()
  await screen.until(/c: it creates your first bouncer/)
  await screen.until(/● live/)
  expect(screen.alternate).toBe(true)
  expectFits(screen)
  screen.type('c')
  await screen.until(/Create a bouncer\.[\s\S]+default main/)
  expect(screen.text).toContain('/msg NowServ BOUNCER CREATE')
  screen.type(`${keys.down}ali9`)
  await screen.until(/irc-now bouncer create --nick ali9/)
  screen.type(keys.enter)
  await screen.until(/main +\S+ +● ready/)
  await screen.until(/✓ bouncer main is ready/)
  screen.type(keys.enter)
  await screen.until(/net\.irc\.now +● connected +\d+ s/)
  screen.type(keys.enter)
  await screen.until(/› main › net\.irc\.now[\s\S]+since +\d{4}-/)
  screen.type('q')
  await screen.exited
  expectAsItWas(screen, 0)
})

test('an app password is shown once', async () => {
  const screen = open()
  await screen.until(/main +\S+ +● ready/)
  screen.type('4')
  await screen.until(/No app password yet/)
  screen.type('c')
  await screen.until(/password create/)
  screen.type(`phone${keys.enter}`)
  const secret = /ircn_app_\w{20,}/.exec(await screen.until(/Shown this once[\s\S]+ircn_app_\w{20,}/))![0]
  screen.type(keys.escape)
  await screen.until(/NAME +SCOPE.+LAST USED BY\n +› phone +irc +ircn_app_\w+ +\d+ s ago +–/)
  for (const key of [keys.enter, 'L']) {
    screen.type(key)
    await screen.until(key === 'L' ? /irc-now password create phone/ : /› phone[\s\S]+last used by/)
    expect(screen.text).not.toContain(secret)
  }
})

test('changing starts from how it is, and what is wrong stands below its field', async () => {
  const screen = open()
  await screen.until(/main +\S+ +● ready/)
  screen.type('e')
  await screen.until(/› nick +ali9/)
  screen.type(`${keys.eraseLine}no nick${keys.enter}`)
  await screen.until(/› nick +no nick\s+\[invalid_input\] nick: A nick has/)
  screen.type(`${keys.eraseLine}ali10`)
  await screen.until(/irc-now bouncer update main --nick ali10\s+IRC +\/msg NowServ BOUNCER UPDATE main --nick ali10/)
  screen.type(keys.enter)
  await screen.until(/main +\S+ +● ready +\d of 1 connected +ali10/)
  expect(JSON.parse((await daemon.cli('bouncer', 'show', '--json')).stdout)).toMatchObject({ nick: 'ali10' })
})

test('a dry run changes nothing, and the form is still there', async () => {
  const screen = open()
  await screen.until(/main +\S+ +● ready/)
  screen.type('e')
  await screen.until(/› nick +ali10[\s\S]+Ctrl-T dry run/)
  screen.type(`${keys.eraseLine}ali11\x14`)
  await screen.until(/› dry run {2}[\s\S]+ nick +ali11\n[\s\S]+✓ Nothing was changed/)
  screen.type(keys.escape)
  await screen.until(/› nick +ali11/)
  screen.type(keys.escape)
  await screen.until(/main +\S+ +● ready +\d of 1 connected +ali10/)
  screen.type('L')
  await screen.until(/irc-now bouncer update main --nick ali11 --dry-run\s+\/msg NowServ BOUNCER UPDATE .+-dry-run/)
})

test('what others change is seen, and a filter keeps or leaves out', async () => {
  const screen = open()
  await screen.until(/● live/)
  screen.type('4')
  await screen.until(/› phone/)
  await daemon.cli('password', 'create', 'weechat')
  await screen.until(/weechat/)
  screen.type('/wee')
  await screen.until(/\/wee +1 of 2/)
  expect(screen.text).not.toMatch(/^ .. phone/m)
  screen.type(`${keys.eraseLine}!wee${keys.enter}`)
  await screen.until(/\/!wee +1 of 2[\s\S]+› phone/)
  expect(screen.text).not.toMatch(/weechat/)
  screen.type(keys.escape)
  await screen.until(/weechat/)
})

test('the palette runs any operation, and an error has its code', async () => {
  const screen = open()
  await screen.until(/● live/)
  screen.type(':b sh')
  await screen.until(/› bouncer show/)
  screen.type(`${keys.tab}none${keys.enter}`)
  await screen.until(/^ irc\.now › bouncers {2}[\s\S]+✗ \[not_found\] You have no bouncer named “none”/)
  screen.type('?')
  await screen.until(/Everywhere[\s\S]+1 +bouncers/)
  screen.type('L')
  await screen.until(/irc-now bouncer show none\s+\/msg NowServ BOUNCER SHOW none\s+\[not_found\]/)
})

/** What is seen of operations that take no input, where it is not a screen of their own or an error; a list is its home screen. */
const results: Readonly<Record<string, RegExp>> = {
  'bouncer.list': /› bouncers {2}[\s\S]+UPSTREAMS/,
  'password.list': /› passwords {2}[\s\S]+LAST USED AT/,
  'token.list': /› tokens {2}[\s\S]+No token yet/,
  'paste.list': /› pastes {2}[\s\S]+No paste yet/,
  'pic.list': /› pictures {2}[\s\S]+No picture yet/,
  'account.list': /› members {2}[\s\S]+ROLE/,
  'account.export': /› account export {2}[\s\S]+passwords \(\d+\)/,
  // Tried before it asks for a confirmation: this account is the only operator's.
  'account.delete': /\[conflict\] You are the last operator/,
  'billing.show': /› billing {2}[\s\S]+the Operators plan/,
  'platform.status': /› platform {2}[\s\S]+NowServ/,
  'platform.version': /› platform version {2}[\s\S]+\n +version +\d/,
}

test('every operation is found in the palette, and its form or its result opens', async () => {
  const screen = open({ columns: 100, rows: 30 })
  await screen.until(/\(ops\) +● live/)
  for (const { name, noun, verb, summary, fields } of catalogue.map(describeOperation)) {
    screen.type(`:${noun} ${verb}`)
    await screen.until(new RegExp(`› ${noun} ${verb} +${summary.slice(0, 20).replace(/\W/g, '.')}`))
    screen.type(keys.enter)
    const first = fields[0]?.flag.replaceAll('-', ' ')
    if (first) await screen.until(new RegExp(`› ${noun} ${verb} {2}[\\s\\S]+› ${first}`))
    else await screen.until(results[name] ?? new RegExp(`^ irc\\.now › \\w+ › (${noun} )?${verb} {2}|✗ \\[[a-z_]+\\] `))
    expect(screen.overlong).toBe(0)
    if (first || !/^ irc\.now › \w+ {2}/.test(screen.text)) screen.type(keys.escape)
    await screen.until(/^ irc\.now › \w+ {2}/)
    screen.type('1')
    await screen.until(/^ irc\.now › bouncers {2}/)
  }
})

/** The UI where “bouncer connect” has just been sent for the usual bouncer. */
async function openConnect(size: { columns?: number; rows?: number } = {}): Promise<Terminal> {
  const screen = open(size)
  await screen.until(/main +\S+ +● ready/)
  screen.type(':bouncer connect')
  await screen.until(/› bouncer connect/)
  screen.type(keys.enter)
  await screen.until(/› name +default main/)
  screen.type(keys.enter)
  return screen
}

test('what is to be typed into a client stands line by line', async () => {
  const screen = await openConnect({ columns: 200, rows: 60 })
  await screen.until(/^ weechat *\n +\/server add irc-now .+\n +\/connect irc-now *$/m)
  await screen.until(/^ halloy *\n +\[servers\.irc-now\] *\n +nickname = "ali10" *\n/m)
})

test('a phone may scan the address where all of the code is seen', async () => {
  const screen = await openConnect()
  await screen.until(/ url +ircs?:[\s\S]+ s QR code /)
  screen.type('s')
  await screen.until(/› QR code {2}[\s\S]+(\n[█▀▄ ]{20,}){12}/)
  screen.resize(80, 14)
  await screen.until(/There is no room for the code/)
  screen.type(keys.escape)
  await screen.until(/ url +ircs?:/)
  expect(screen.text).not.toContain('QR code')
})

test('deleting wants the name', async () => {
  const screen = open()
  await screen.until(/main +\S+ +● ready/)
  screen.type('d')
  await screen.until(/Type main to confirm/)
  screen.type(`mein${keys.enter}`)
  await screen.until(/\[confirmation_invalid\]/)
  screen.type(`${keys.eraseLine}main${keys.enter}`)
  await screen.until(/bouncer main( is gone\.|: delete is under way)/)
  await screen.until(/c: it creates your first bouncer/)
})

test('an operator acts for a member, and sees it happen', async () => {
  await daemon.cli('account', 'create', 'bob')
  const screen = open({}, '--as', 'bob')
  await screen.until(/bob \(you act for them\) +● live[\s\S]+your first bouncer/)
  screen.type('c')
  await screen.until(/irc-now bouncer create --as bob\s+IRC +\/msg NowServ BOUNCER CREATE --as bob/)
  screen.type(keys.enter)
  await screen.until(/main +bob +● ready[\s\S]+✓ bouncer main is ready/)
})

test('it fits into any size, also while it changes', async () => {
  const screen = open()
  await daemon.cli('bouncer', 'create', '--wait')
  await screen.until(/main +\S+ +● ready/)
  for (const [columns, rows] of [
    [60, 15],
    [120, 40],
    [80, 24],
    [40, 10],
  ] as const) {
    screen.resize(columns, rows)
    await screen.until(/\? help {2}q quit *$/)
    for (const [key, seen] of [
      ['1', /› main/],
      [keys.enter, /› net\.irc/],
      ['8', /OPERATION|AT/],
      ['9', /pglite/],
    ] as const) {
      screen.type(key)
      await screen.until(seen)
      expectFits(screen)
    }
  }
  screen.resize(9, 2)
  await screen.until(/irc/)
  screen.resize(80, 24)
  await screen.until(/^ irc\.now[\s\S]+\? help {2}q quit *$/)
  expectFits(screen)
})

test.each([
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGINT', 130],
] as const)('%s leaves the terminal as it was', async (signal, code) => {
  const screen = open()
  await screen.until(/● live/)
  process.kill(await pid(), signal)
  await screen.exited
  expectAsItWas(screen, code)
})

test('so does Ctrl-C', async () => {
  const screen = open()
  await screen.until(/● live/)
  screen.type('\x03')
  await screen.exited
  expectAsItWas(screen, 130)
})

test('it says when it is not live, and comes back', async () => {
  const screen = open()
  await screen.until(/● live/)
  await daemon.stop()
  await screen.until(/○ not live/)
  screen.type('r')
  await screen.until(/\[unavailable\]/)
  await daemon.start()
  await screen.until(/● live/)
  await screen.until(/main +\S+ +● ready/)
  await expect.poll(() => screen.text).not.toContain('[unavailable]')
})

test('without a terminal it says so, and what to do', async () => {
  const result = await daemon.cli('tui')
  expect(result).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/tui wants a terminal.+--json/) })
})
