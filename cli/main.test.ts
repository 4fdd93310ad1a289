import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { type ErrorCode, errorCodes } from '@irc-now/core/operation/errors'
import { spawn as spawnTerminal } from '@lydell/node-pty'
import { afterEach, beforeEach, expect, test } from 'vitest'

// The built command line as a child process, against a server that speaks the API's contract.
const program = fileURLToPath(new URL('./bin/irc-now.js', import.meta.url))

interface Seen {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  input: Record<string, unknown>
}
type Answer = (seen: Seen, response: ServerResponse) => void

let folder: string
let server: Server
let env: NodeJS.ProcessEnv
let seen: Seen[]
let answers: Record<string, Answer>
const children: ChildProcess[] = []

const ok =
  (output: unknown): Answer =>
  (_seen, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(output))

const refuse =
  (code: ErrorCode, detail: string, details?: object): Answer =>
  (_seen, response) =>
    response
      .writeHead(errorCodes[code].status, { 'content-type': 'application/problem+json' })
      .end(JSON.stringify({ type: 'about:blank', title: errorCodes[code].title, status: 0, code, detail, details }))

const bouncer = (phase: string, more: object = {}) => ({
  name: 'main',
  nick: 'alice',
  status: { phase, message: null },
  ...more,
})

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-cli-'))
  seen = []
  answers = {}
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://daemon')
    let text = ''
    for await (const chunk of request) text += chunk
    const one = {
      method: request.method ?? '',
      path: url.pathname,
      query: url.searchParams,
      headers: request.headers,
      input: text ? JSON.parse(text) : {},
    }
    seen.push(one)
    const answer = answers[url.pathname.replace('/v1/', '')] ?? refuse('not_found', 'The test has no answer for this.')
    answer(one, response)
  })
  const socket = join(folder, 'daemon.sock')
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  await writeFile(join(folder, 'endpoints.json'), JSON.stringify({ socket }))
  env = { PATH: process.env.PATH, HOME: folder, IRC_NOW_HOME: folder, NO_COLOR: '1' }
})

afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})

async function run(args: string[], stdin = '') {
  const child = spawn(process.execPath, [program, ...args], { env })
  children.push(child)
  const result = { stdout: '', stderr: '', exit: null as number | null }
  child.stdout.setEncoding('utf8').on('data', (chunk) => (result.stdout += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk) => (result.stderr += chunk))
  // It may have ended without reading.
  child.stdin.on('error', () => {}).end(stdin)
  result.exit = await new Promise((resolve) => child.once('close', resolve))
  return result
}

/** Runs it on a terminal and types each answer once its question stands there. */
function runOnTerminal(args: string[], typed: readonly (readonly [string, string])[]) {
  const terminal = spawnTerminal(process.execPath, [program, ...args], {
    env: env as Record<string, string>,
    cols: 120,
  })
  const waiting = [...typed]
  let screen = ''
  let from = 0
  terminal.onData((data) => {
    screen += data
    const next = waiting[0]
    if (!next || !screen.slice(from).includes(next[0])) return
    waiting.shift()
    from = screen.length
    terminal.write(`${next[1]}\r`)
  })
  return new Promise<{ screen: string; exit: number }>((resolve) =>
    terminal.onExit(({ exitCode }) => resolve({ screen, exit: exitCode })),
  )
}

test('a list is a table for people and bare JSON for programs', async () => {
  answers['bouncer.list'] = ok({ items: [bouncer('ready')] })
  const table = await run(['bouncer', 'list'])
  expect(table).toMatchObject({ exit: 0, stderr: '' })
  expect(table.stdout).toMatch(/^NAME\b/)
  expect(table.stdout).toContain('main')
  const json = await run(['bouncer', 'list', '--json=name'])
  expect(JSON.parse(json.stdout)).toEqual({ items: [{ name: 'main' }] })
  expect(seen[0]).toMatchObject({ method: 'GET', headers: { 'irc-now-client': 'cli' } })
  expect(seen[0]?.headers.authorization).toBeUndefined()
})

test('flags may stand before the noun', async () => {
  answers['bouncer.list'] = ok({ items: [bouncer('ready')] })
  const { stdout, exit } = await run(['--json', 'bouncer', 'list'])
  expect(exit).toBe(0)
  expect(JSON.parse(stdout).items).toHaveLength(1)
})

test('the token of the environment is sent; --url goes before the environment', async () => {
  const http = createServer((request, response) => {
    seen.push({ path: String(request.url), headers: request.headers } as Seen)
    response.end(JSON.stringify({ items: [] }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  env = { ...env, IRC_NOW_TOKEN: 'secret-token', IRC_NOW_URL: 'http://127.0.0.1:1' }
  const { exit } = await run(['bouncer', 'list', '--url', url])
  http.close()
  expect(exit).toBe(0)
  expect(seen[0]?.headers.authorization).toBe('Bearer secret-token')
})

test('no token goes unencrypted to another machine', async () => {
  const http = createServer((request, response) => {
    seen.push({ path: String(request.url), headers: request.headers } as Seen)
    response.end(JSON.stringify({ items: [] }))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  // Not a loopback address by its name, and yet this machine.
  const url = `http://0.0.0.0:${(http.address() as AddressInfo).port}`
  env = { ...env, IRC_NOW_URL: url }
  expect(await run(['bouncer', 'list'])).toMatchObject({ exit: 0 })
  env = { ...env, IRC_NOW_TOKEN: 'secret-token' }
  expect(await run(['bouncer', 'list'])).toEqual({
    exit: 2,
    stdout: '',
    stderr: `irc-now: ${url} is not encrypted, so no sign-in or token goes there; use its https URL. [invalid_input]\n`,
  })
  http.close()
  expect(seen).toHaveLength(1)
})

test.each([
  ['22.12.0', false],
  ['21.20.0', false],
  ['22.13.0', true],
  ['24.0.0', true],
] as const)('Node %s is taken: %s', async (version, taken) => {
  answers['bouncer.list'] = ok({ items: [] })
  const pretend = join(folder, 'pretend.mjs')
  await writeFile(
    pretend,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`,
  )
  env = { ...env, NODE_OPTIONS: `--import=${pathToFileURL(pretend)}` }
  const { exit, stderr } = await run(['bouncer', 'list'])
  expect(exit).toBe(taken ? 0 : 1)
  if (!taken) expect(stderr).toContain('irc-now needs Node 22.13 or later')
})

test.each(Object.entries(errorCodes))('%s leaves with its exit code and says its sentence', async (code, { exit }) => {
  answers['bouncer.show'] = refuse(code as ErrorCode, 'A sentence.', { limit: 1 })
  const forPeople = await run(['bouncer', 'show', 'main'])
  expect(forPeople).toEqual({ exit, stdout: '', stderr: `irc-now: A sentence. [${code}]\n` })
  const forPrograms = await run(['bouncer', 'show', 'main', '--json'])
  expect(forPrograms).toMatchObject({ exit, stderr: '' })
  expect(JSON.parse(forPrograms.stdout)).toEqual({ error: { code, message: 'A sentence.', details: { limit: 1 } } })
})

const hostile = 'x\u001b[2J\u009b31m\u0007\u202ey\u061cz'
const dangerous = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

test('no text of the server reaches the terminal as a control sequence', async () => {
  answers['bouncer.list'] = ok({ items: [bouncer('ready', { name: hostile })] })
  answers['bouncer.show'] = ok(bouncer('ready', { name: hostile }))
  answers['bouncer.delete'] = refuse('conflict', hostile)
  for (const args of [
    ['bouncer', 'list'],
    ['bouncer', 'list', '--json'],
    ['bouncer', 'show', 'main'],
    ['bouncer', 'delete', 'main'],
    ['bouncer', 'delete', 'main', '--json'],
    ['api', 'bouncer.show', '-f', 'name=main'],
  ]) {
    const { stdout, stderr } = await run(args)
    expect(stdout + stderr, args.join(' ')).toMatch(/y/)
    expect(stdout + stderr, args.join(' ')).not.toMatch(dangerous)
  }
  expect(JSON.parse((await run(['bouncer', 'show', 'main', '--json'])).stdout).name).toBe(hostile)
})

test('destroying wants --confirm in a script, and sends it', async () => {
  answers['bouncer.delete'] = (one, response) =>
    (one.headers['irc-now-confirm'] === 'main'
      ? ok(bouncer('deleting'))
      : refuse('confirmation_required', 'Repeat the name “main”.', { expected: 'main' }))(one, response)
  for (const words of [
    ['bouncer', 'delete', 'main'],
    ['api', 'bouncer.delete', '-f', 'name=main'],
  ]) {
    const refused = await run(words)
    expect(refused.exit).toBe(2)
    expect(refused.stderr).toContain('--confirm main')
  }
  expect((await run(['bouncer', 'delete', 'main', '--confirm', 'main', '--no-wait'])).exit).toBe(0)
})

test('a field list that leaves out what is shown once makes nothing', async () => {
  const made = { name: 'phone', password: 'ircn_app_x' }
  answers['password.create'] = ok(made)
  const refused = await run(['password', 'create', 'phone', '--json=name'])
  expect([refused.exit, JSON.parse(refused.stdout).error.message]).toEqual([
    2,
    '--json=name leaves out password, shown only once; use --json=name,password.',
  ])
  expect((await run(['token', 'create', 'ci', '--json=name'])).exit).toBe(2)
  expect((await run(['account', 'invite', 'bob', '--json=name'])).exit).toBe(2)
  expect(seen).toEqual([])
  for (const fields of ['', '=name,password'])
    expect(JSON.parse((await run(['password', 'create', 'phone', `--json${fields}`])).stdout)).toEqual(made)
  // What has an address of its own is made for that.
  answers['paste.create'] = ok({ url: 'http://txt/x', deleteToken: 'ircn_del_x' })
  expect((await run(['paste', 'create', '--json=url'], 'x')).stdout).toBe('{"url":"http://txt/x"}\n')
})

test('on a terminal the name is asked for', async () => {
  answers['bouncer.delete'] = (one, response) =>
    (one.headers['irc-now-confirm'] === 'main'
      ? ok(bouncer('deleting'))
      : refuse('confirmation_required', 'Repeat the name “main”.', { expected: 'main' }))(one, response)
  const { exit } = await runOnTerminal(['bouncer', 'delete', 'main', '--no-wait'], [['to confirm: ', 'main']])
  expect(exit).toBe(0)
  expect(seen.at(-1)?.headers['irc-now-confirm']).toBe('main')
})

test('a secret is typed unseen, or comes by stdin; in argv it is refused', async () => {
  answers['upstream.create'] = ok({ ...bouncer('ready'), bouncer: 'main' })
  const words = ['upstream', 'create', 'libera', 'irc.libera.chat', '--no-wait']
  const inArgv = await run([...words, '--sasl-password', 'hunter2'])
  expect(inArgv.exit).toBe(2)
  expect(inArgv.stderr).not.toContain('hunter2')
  expect(seen).toEqual([])
  expect((await run([...words, '--sasl-password-stdin'], 'hunter2\n')).exit).toBe(0)
  expect(seen.at(-1)?.input.saslPassword).toBe('hunter2')
  expect((await run([...words, '--sasl-password-stdin', '--pass-stdin'], 'hunter3\n')).exit).toBe(2)
  expect((await run([...words, '--sasl-password-stdin'], '\n')).exit).toBe(0)
  expect(seen.at(-1)?.input.saslPassword).toBe(null)
  const { screen, exit } = await runOnTerminal([...words, '--sasl-password'], [[': ', 'correct horse']])
  expect(exit).toBe(0)
  expect(screen).not.toContain('correct horse')
  expect(seen.at(-1)?.input.saslPassword).toBe('correct horse')
})

test('a secret that turns out to be wanted is asked for on a terminal only; errors name flags', async () => {
  const sentence = 'SASL PLAIN wants a user name and a password: give saslUsername and saslPassword.'
  answers['upstream.create'] = (one, response) => {
    if (one.input.saslPassword) return ok({ ...bouncer('ready'), bouncer: 'main' })(one, response)
    const field = one.input.saslUsername ? 'saslPassword' : 'saslUsername'
    response
      .writeHead(400, { 'content-type': 'application/problem+json' })
      .end(JSON.stringify({ code: 'invalid_input', detail: sentence, field }))
  }
  const words = ['upstream', 'create', 'x', 'irc.example.org', '--sasl', 'plain', '--no-wait']
  const inScript = await run([...words, '--sasl-username', 'me'])
  expect([inScript.exit, inScript.stderr]).toEqual([
    2,
    expect.stringContaining('give --sasl-username and --sasl-password.'),
  ])
  expect((await runOnTerminal(words, [])).screen).toContain('give --sasl-username and --sasl-password.')
  const { screen, exit } = await runOnTerminal(
    [...words, '--sasl-username', 'me'],
    [['password there: ', 'correct horse']],
  )
  expect([exit, screen]).toEqual([0, expect.not.stringContaining('correct horse')])
  expect(seen.at(-1)?.input).toMatchObject({ saslUsername: 'me', saslPassword: 'correct horse' })
})

test('what was written in the editor is kept where it was refused, and gone once it is published', async () => {
  const editor = join(folder, 'editor')
  await writeFile(editor, '#!/bin/sh\nprintf "long thoughts\\n" > "$1"\n', { mode: 0o755 })
  const temporary = await mkdtemp(join(folder, 'tmp-'))
  Object.assign(env, { EDITOR: editor, TMPDIR: temporary })
  answers['paste.create'] = refuse('quota_reached', 'You have 5 of 5 pastes.')
  const refused = await runOnTerminal(['paste', 'create'], [])
  expect(refused.exit).toBe(errorCodes.quota_reached.exit)
  const [, kept = ''] = /\[quota_reached\]\r\nWhat you have written is kept in (\S+)/.exec(refused.screen) ?? []
  expect(kept.startsWith(temporary)).toBe(true)
  expect(await readFile(kept, 'utf8')).toBe('long thoughts\n')
  expect((await stat(kept)).mode & 0o777).toBe(0o600)
  await rm(dirname(kept), { recursive: true })
  answers['paste.create'] = ok({ url: 'http://txt.localhost/x' })
  expect((await runOnTerminal(['paste', 'create'], [])).screen).toContain('http://txt.localhost/x')
  await writeFile(editor, '#!/bin/sh\nprintf half > "$1"; exit 1\n')
  expect((await runOnTerminal(['paste', 'create'], [])).screen).toMatch(/ended with an error[\s\S]+kept in/)
  await writeFile(editor, '#!/bin/sh\n')
  expect((await runOnTerminal(['paste', 'create'], [])).screen).toMatch(/is empty, so nothing was done[^k]+$/)
  expect((await readdir(temporary)).filter((name) => name.startsWith('irc-now-'))).toHaveLength(1)
})

test('--dry-run and --as travel as headers, with an idempotency key', async () => {
  answers['bouncer.create'] = ok(bouncer('pending'))
  const { exit, stderr } = await run(['bouncer', 'create', 'main', '--dry-run', '--as', 'bob'])
  expect(exit).toBe(0)
  expect(stderr).toContain('Nothing was changed')
  expect(seen[0]?.headers).toMatchObject({ 'irc-now-dry-run': 'true', 'irc-now-as': 'bob' })
  expect(seen[0]?.headers['idempotency-key']).toMatch(/^[\w-]{20,}$/)
})

const events =
  (send: (say: (change: object) => void) => void): Answer =>
  (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': ready\n\n')
    send((change) => response.write(`event: change\ndata: ${JSON.stringify(change)}\n\n`))
  }

test('--wait ends when it is ready; a failure and running out of time say so', async () => {
  let phase = 'pending'
  answers['bouncer.create'] = ok(bouncer('pending'))
  answers['bouncer.show'] = (one, response) => ok(bouncer(phase))(one, response)
  answers.events = events((say) => {
    setTimeout(() => {
      phase = 'ready'
      say({ id: '1', type: 'bouncer.ready', subject: 'bouncer/main', message: 'Ready.', at: '' })
    }, 50)
  })
  const ready = await run(['bouncer', 'create', 'main', '--wait', '--json'])
  expect(ready.exit).toBe(0)
  expect(JSON.parse(ready.stdout).status.phase).toBe('ready')
  phase = 'failed'
  answers.events = events(() => {})
  expect((await run(['bouncer', 'create', 'main', '--wait'])).exit).not.toBe(0)
  phase = 'pending'
  expect(await run(['bouncer', 'create', 'main', '--wait', '--timeout', '1', '--json'])).toMatchObject({
    exit: errorCodes.timed_out.exit,
  })
})

test('--timeout also ends a wait whose server no longer answers', async () => {
  answers['bouncer.create'] = ok(bouncer('pending'))
  answers['bouncer.show'] = () => {}
  answers.events = events(() => {})
  const { exit, stderr } = await run(['bouncer', 'create', 'main', '--wait', '--timeout', '1'])
  expect(exit).toBe(errorCodes.timed_out.exit)
  expect(stderr).toContain('[timed_out]')
})

test('--watch misses no change between its first answer and its subscription', async () => {
  let phase = 'pending'
  answers['bouncer.show'] = (one, response) => ok(bouncer(phase))(one, response)
  answers.events = (one, response) => {
    phase = 'ready'
    events(() => setTimeout(() => response.end(), 300))(one, response)
  }
  const { stdout } = await run(['bouncer', 'show', 'main', '--watch', '--json=status'])
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.slice(0, 2).map((line) => line.status?.phase)).toEqual(['pending', 'ready'])
})

test('--watch says for people when it was so', async () => {
  let phase = 'pending'
  answers['bouncer.list'] = (one, response) => ok({ items: [bouncer(phase)] })(one, response)
  answers.events = (one, response) => {
    phase = 'ready'
    events(() => setTimeout(() => response.end(), 300))(one, response)
  }
  const { stdout } = await run(['bouncer', 'list', '--watch'])
  const time = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d UTC\\nNAME .+\\nmain .+'
  expect(stdout).toMatch(new RegExp(`^${time}pending.*\\n${time}ready.*\\n$`))
})

test('a profile that does not exist is an error, not another sign-in', async () => {
  answers['bouncer.list'] = ok({ items: [] })
  const { exit } = await run(['bouncer', 'list', '--profile', 'work'])
  expect(exit).toBe(2)
  expect(seen).toEqual([])
})

test('an unreachable daemon says how to start it', async () => {
  const none = await mkdtemp(join(tmpdir(), 'irc-now-none-'))
  env = { ...env, IRC_NOW_HOME: none }
  expect((await run(['bouncer', 'list'])).stderr).toContain('npm start')
  await writeFile(join(none, 'endpoints.json'), JSON.stringify({ socket: join(none, 'gone.sock') }))
  const gone = await run(['bouncer', 'list'])
  expect(gone.exit).toBe(errorCodes.unavailable.exit)
  expect(gone.stderr).toContain('npm start')
  await rm(none, { recursive: true })
})

test('a reader that closes its end early is no error', async () => {
  answers['bouncer.list'] = ok({ items: Array.from({ length: 20_000 }, () => bouncer('ready')) })
  const child = spawn(process.execPath, [program, 'bouncer', 'list'], { env })
  children.push(child)
  let stderr = ''
  child.stderr.on('data', (chunk) => (stderr += chunk))
  child.stdout.once('data', () => child.stdout.destroy())
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
  expect(stderr).toBe('')
})

test('nothing misspelt is run, and what was meant is said', async () => {
  for (const [args, meant] of [
    [['bouncr', 'list'], 'bouncer'],
    [['bouncer', 'creat'], 'create'],
    [['bouncer', 'list', '--jsn'], '--json'],
    [['api', 'bouncer.lst'], 'bouncer.list'],
  ] as const) {
    const { exit, stderr } = await run([...args])
    expect(exit).toBe(2)
    expect(stderr).toContain(`did you mean “${meant}”?`)
  }
  expect(seen).toEqual([])
})

test('the raw way in has its own help, and says what is wrong with a call', async () => {
  const help = await run(['api', '--help'])
  expect(help).toMatchObject({ exit: 0, stderr: '' })
  for (const part of ['-f FIELD=VALUE', '--input -', '--confirm NAME', 'noun.verb', 'create, list, show'])
    expect(help.stdout).toContain(part)
  expect((await run(['help', 'api'])).stdout).toBe(help.stdout)
  const one = await run(['api', 'upstream.create', '--help'])
  for (const part of [
    'saslPassword (text)',
    'secret: only by -F or --input -',
    'sasl (none|plain|external)',
    'quota_reached',
  ])
    expect(one.stdout).toContain(part)
  for (const [args, sentence] of [
    [['api'], 'see “irc-now api --help”'],
    [['api', 'bouncer'], 'there are bouncer.create, bouncer.list'],
    [['api', 'bouncer', 'list'], 'did you mean “bouncer.list”?'],
    [['api', 'nothing.like.it'], 'see “irc-now api --help”'],
    [['api', 'bouncer.show', 'main'], 'fields are given as -f'],
    [['api', 'bouncer.show', '-f', 'main'], '-f wants field=value'],
    [['api', 'bouncer.show', '-f', 'nmae=main'], 'there are name.'],
    [['api', 'bouncer.list', '-f', 'name=main'], 'it takes none.'],
    [['api', 'upstream.update', '-f', 'pass=hunter2'], 'can be read by others'],
    [['api', 'bouncer.create', '--wait'], 'There is no flag “--wait”'],
    [['api', 'bouncer.create', '--input', 'file.json'], '--input wants -'],
    [['api', 'paste.create', '-F', 'text=@/nowhere/x'], '“/nowhere/x” can’t be read'],
    [['api', 'paste.create', '-F', 'text=@-', '--input', '-'], 'Only one thing can come by stdin'],
  ] as const) {
    const { exit, stderr } = await run([...args])
    expect([args.join(' '), exit, stderr]).toEqual([args.join(' '), 2, expect.stringContaining(sentence)])
  }
  for (const text of ['[1]', '{', ''])
    expect((await run(['api', 'bouncer.create', '--input', '-'], text)).stderr).toContain('What came in is no')
  expect(seen).toEqual([])
})

test('the examples of the raw way’s help do what they say', async () => {
  for (const name of ['bouncer.list', 'bouncer.update', 'paste.create']) answers[name] = ok({ items: [] })
  await writeFile(join(folder, 'notes.md'), '# Notes\n')
  const [, examples = ''] = /Examples:\n([\s\S]+?)\n\n/.exec((await run(['api', '--help'])).stdout) ?? []
  const bin = join(folder, 'bin')
  await mkdir(bin)
  await writeFile(join(bin, 'irc-now'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, { mode: 0o755 })
  for (const line of examples.split('\n')) {
    const shell = { cwd: folder, env: { ...env, PATH: `${bin}:${env.PATH}` } }
    expect([line, await promisify(execFile)('/bin/sh', ['-c', line], shell)]).toMatchObject([line, { stderr: '' }])
  }
  expect(seen.map(({ input }) => input)).toEqual([
    {},
    { name: 'main', nick: 'alice2' },
    { text: '# Notes\n' },
    { name: 'main', enabled: false },
  ])
})

test('raw input comes from stdin and from files, wherever the flags stand', async () => {
  for (const name of ['bouncer.update', 'upstream.update', 'paste.create']) answers[name] = ok({})
  for (const flags of [
    ['--input', '-', 'bouncer.update', '-f', 'nick=alice2'],
    ['bouncer.update', '--input=-', '-f', 'nick=alice2'],
    ['-f', 'nick=alice2', 'bouncer.update', '--input', '-'],
  ]) {
    expect(await run(['api', ...flags], '{"name":"main"}')).toMatchObject({ exit: 0, stderr: '' })
    expect(seen.at(-1)?.input).toEqual({ name: 'main', nick: 'alice2' })
  }
  const secret = ['api', 'upstream.update', '-f', 'name=libera', '-F', 'saslPassword=@-']
  expect((await run(secret, 'hunter2\n')).exit).toBe(0)
  expect(seen.at(-1)?.input).toEqual({ name: 'libera', saslPassword: 'hunter2' })
  expect((await run(['api', 'upstream.update', '-F', 'saslPassword=hunter2'])).stderr).toContain(
    'can be read by others',
  )
  const file = join(folder, 'notes.md')
  await writeFile(file, '# Notes\n')
  const stands = await run(['api', 'paste.create', '-f', `text=@${file}`])
  expect([stands.exit, stands.stderr]).toEqual([
    2,
    expect.stringContaining(`-F text=@${file} sends what is in the file`),
  ])
  expect((await run(['api', 'paste.create', '-f', 'text=@alice: hello'])).exit).toBe(0)
  expect(seen.at(-1)?.input).toEqual({ text: '@alice: hello' })
})

test.each([
  [['--nosuch'], 'irc-now: There is no flag “--nosuch”; see “irc-now help”. [invalid_input]'],
  [['--jsn=name', '--dry-run'], 'irc-now: There is no flag “--jsn”; did you mean “--json”? [invalid_input]'],
  [['--dry-run'], 'irc-now: There are flags, but no command; see “irc-now help”. [unknown_operation]'],
  [['version', 'now'], 'irc-now: version takes no more words; “irc-now version” says it. [invalid_input]'],
] as const)('flags without a command are one error: %j', async (args, sentence) => {
  expect(await run([...args])).toEqual({ exit: 2, stdout: '', stderr: `${sentence}\n` })
})

test('what is asked for is read as what is typed in the command, and the choices are told', async () => {
  answers['plan.keep'] = ok({ stays: ['libera', 'oftc'], stopped: [] })
  const { screen, exit } = await runOnTerminal(
    ['plan', 'keep'],
    [
      ['too many (bouncer, upstream)', 'upstream'],
      ['What stays, by name', 'libera, oftc'],
    ],
  )
  expect([exit, seen.at(-1)?.input]).toEqual([0, { noun: 'upstream', names: ['libera', 'oftc'] }])
  expect(screen).toContain('libera')
})

test('what changes something is not watched: it is waited for', async () => {
  const { exit, stderr } = await run(['bouncer', 'create', '--watch'])
  expect([exit, stderr]).toEqual([2, expect.stringContaining('--wait follows a change')])
  expect(seen).toEqual([])
})

test('what makes the first one is told for the member who has none', async () => {
  answers['bouncer.list'] = ok({ items: [] })
  expect((await run(['bouncer', 'list'])).stderr).toContain('“irc-now bouncer create” makes one')
  expect((await run(['bouncer', 'list', '--as', 'bob'])).stderr).toContain(
    '“irc-now bouncer create --as bob” makes one',
  )
})

test('choices are taken in capitals too', async () => {
  answers['bouncer.connect'] = ok({ server: 'irc.example.org' })
  expect((await run(['bouncer', 'connect', 'main', 'WeeChat'])).exit).toBe(0)
  expect(seen.at(-1)?.query.get('client')).toBe('weechat')
})

test('values are completed: choices and fields from the catalogue, names from the platform', async () => {
  const complete = async (...words: string[]) => (await run(['--complete', ...words])).stdout.split('\n').slice(0, -1)
  expect(await complete('billing', 'upgrade', '')).toEqual(['pro', 'network-starter', 'network-growth'])
  expect(await complete('upstream', 'update', '--sasl=p')).toEqual(['--sasl=plain'])
  expect(await complete('bouncer', 'list', '--json=na')).toEqual(['--json=name'])
  expect(await complete('bouncer', 'list', '--json=name,ni')).toEqual(['--json=name,nick'])
  // As bash parts it.
  expect(await complete('bouncer', 'list', '--json', '=', 'na')).toEqual(['name'])
  expect(await complete('bouncer', 'list', '--json', '=')).toContain('status')
  expect(await complete('help', 'bounc')).toEqual(['bouncer'])
  expect(await complete('help', 'exit')).toEqual(['exit-codes'])
  expect(await complete('help', 'bouncer', 'hostname', 's')).toEqual(['set', 'show'])
  expect(await complete('help', 'bouncer', 'show', '')).toEqual([])
  expect(await complete('api', 'bouncer.l')).toEqual(['bouncer.list'])
  expect(await complete('api', 'bouncer.list', 'b')).toEqual([])
  expect(seen).toEqual([])
  answers['bouncer.list'] = ok({ items: ['main', 'work', 'a b', hostile].map((name) => bouncer('ready', { name })) })
  expect(await complete('bouncer', 'show', '')).toEqual(['main', 'work'])
  expect(await complete('bouncer', 'update', '--dry-run', 'w')).toEqual(['work'])
  expect(await complete('upstream', 'create', '--bouncer', 'm')).toEqual(['main'])
  expect(await complete('bouncer', 'show', '--as', 'bob', 'm')).toEqual(['main'])
  expect(seen.at(-1)?.headers['irc-now-as']).toBe('bob')
  const asked = seen.length
  expect(await complete('bouncer', 'create', 'm')).toEqual([])
  expect(seen).toHaveLength(asked)
  answers['bouncer.list'] = () => {}
  const started = Date.now()
  expect(await run(['--complete', 'bouncer', 'show', 'm'])).toEqual({ exit: 0, stdout: '', stderr: '' })
  expect(Date.now() - started).toBeLessThan(30_000)
})

test('tui, completion and version have help of their own', async () => {
  for (const [noun, text] of [
    ['tui', /^All of it[\s\S]+Usage: irc-now tui [\s\S]+Everywhere\n {2}1 +bouncers\n[\s\S]+ {2}q +quit\n/],
    ['completion', /^Print what completes[\s\S]+bash\|zsh\|fish/],
    ['version', /irc-now version\n$/],
  ] as const)
    for (const words of [
      [noun, '--help'],
      ['help', noun],
    ])
      expect(await run(words)).toEqual({ exit: 0, stderr: '', stdout: expect.stringMatching(text) })
  const version = await run(['version'])
  expect(version).toEqual(await run(['--version']))
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  for (const args of [
    ['version', '--json'],
    ['--version', '--json=version'],
  ])
    expect(JSON.parse((await run(args)).stdout)).toEqual({ version: version.stdout.trim() })
  expect((await run(['version', '--json=nothing'])).exit).toBe(2)
})

test('completion and help need no daemon', async () => {
  env = { ...env, IRC_NOW_HOME: join(folder, 'nowhere') }
  expect((await run(['--complete', 'bouncer', 'cr'])).stdout).toBe('create\n')
  for (const shell of ['bash', 'zsh', 'fish']) expect((await run(['completion', shell])).exit).toBe(0)
  expect((await run(['help', 'exit-codes'])).stdout).toContain('quota_reached')
  expect((await run(['bouncer', 'create', '--help'])).stdout).toContain('NowServ BOUNCER CREATE')
})
