import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { Client } from 'irc-framework'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { untilUnused } from '../../../test/folder-processes.ts'
import { testPort } from '../../../test/ports.ts'
import { nowServAccount } from './ergo-config.ts'
import { IrcProbe } from './irc-probe.ts'
import { commandLineOf } from './process-identity.ts'
import { type LocalServices, type LocalServicesOptions, startLocalServices } from './services.ts'
import { freeListen, TestPlatform } from './test-platform.ts'
import { testPrograms } from './test-programs.ts'

let stateDir: string
let platform: TestPlatform
let running: LocalServices[]
let daemons: ChildProcess[]
let lines: string[]

beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'services-'))
  platform = await TestPlatform.start(stateDir)
  running = []
  daemons = []
  lines = []
})

afterEach(async () => {
  for (const services of running) await services.stop()
  for (const daemon of daemons) daemon.kill('SIGKILL')
  vi.unstubAllEnvs()
  await platform.stop()
  await untilUnused(stateDir)
  await rm(stateDir, { recursive: true, force: true })
})

async function start(changes: Partial<LocalServicesOptions> = {}): Promise<LocalServices> {
  const services = await startLocalServices({
    stateDir,
    programs: await testPrograms(),
    listen: await freeListen(),
    authUrl: platform.url,
    log: (service, line) => lines.push(`${service} ${line}`),
    ...changes,
  })
  running.push(services)
  return services
}

async function startDaemon(home = stateDir): Promise<{ daemon: ChildProcess; pids: number[] }> {
  const fixture = join(import.meta.dirname, 'services-daemon.fixture.ts')
  const daemon = spawn(process.execPath, [fixture, home], { stdio: ['ignore', 'pipe', 'inherit'] })
  daemons.push(daemon)
  const [chunk] = await once(daemon.stdout!, 'data')
  return { daemon, pids: String(chunk).trim().split(' ').map(Number) }
}

async function gone(pid: number): Promise<void> {
  while ((await commandLineOf(pid)) !== null) await delay(10)
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

describe('the local services', () => {
  test('start, stop without leaving a process, and start again with what they knew', async () => {
    const first = await start()
    const pids = [first.ergo.service.pid!, first.soju.service.pid!]
    await first.soju.admin.run('user', 'create', '-username', 'kept', '-disable-password')
    await first.ergo.admin.nickServ('SAREGISTER', 'kept')
    await first.stop()
    for (const pid of pids) expect(await commandLineOf(pid)).toBeNull()
    const second = await start()
    expect(await second.soju.admin.run('user', 'status', 'kept')).toEqual(['kept: 0 networks'])
    expect(await second.ergo.admin.nickServ('INFO', 'kept')).toContain('Account: kept')
    expect(second.addresses.ircs.fingerprint).toBe(first.addresses.ircs.fingerprint)
    expect(second.addresses.bouncerTls.fingerprint).toBe(first.addresses.bouncerTls.fingerprint)
  })

  test('end with their daemon, even by its kill -9 while they start, and start again', async () => {
    const { daemon, pids } = await startDaemon()
    for (const pid of pids) expect(await commandLineOf(pid)).toContain(stateDir)
    daemon.kill('SIGKILL')
    for (const pid of pids) await gone(pid)
    for (const pauseMs of [200, 300, 400, 500, 600]) {
      const fixture = join(import.meta.dirname, 'services-daemon.fixture.ts')
      const brief = spawn(process.execPath, [fixture, stateDir], { stdio: 'ignore' })
      daemons.push(brief)
      const ended = once(brief, 'exit')
      await delay(pauseMs)
      brief.kill('SIGKILL')
      await ended
    }
    await start()
  })

  test('a soju that hangs is ended and comes back with what it knew', async () => {
    const services = await start({ askMs: 500 })
    await services.soju.admin.run('user', 'create', '-username', 'kept', '-disable-password')
    const pid = services.soju.service.pid!
    process.kill(pid, 'SIGSTOP')
    await gone(pid)
    const { service } = services.soju
    // The process may be gone a moment before its death is heard of.
    await expect.poll(() => [service.deaths, service.state]).toEqual([1, 'ready'])
    expect(await services.soju.admin.run('user', 'status', 'kept')).toEqual(['kept: 0 networks'])
    expect(lines).toContain('soju does not answer; it was asked 3 times')
  })

  test('a taken port is named with its setting, and nothing is left running', async () => {
    const port = await testPort()
    const other = createServer().listen(port, '127.0.0.1')
    await once(other, 'listening')
    const listen = { ...(await freeListen()), bouncerTls: { host: '127.0.0.1', port } }
    await expect(start({ listen, settings: { bouncerTls: 'IRC_NOW_BOUNCERS_PORT' } })).rejects.toThrow(
      `Port ${port} on 127.0.0.1 is taken; free it or set IRC_NOW_BOUNCERS_PORT to another one.`,
    )
    other.close()
    expect(lines).toEqual([])
  })

  test('a program that does not start is an error that says why', async () => {
    const programs = { ...(await testPrograms()), soju: { path: '/bin/false', version: '0' } }
    await expect(start({ programs })).rejects.toThrow(/soju did not start \(exit status 1\)/)
    await expect.poll(() => lines.some((line) => /ergo.* exiting/.test(line))).toBe(true)
  })

  test('nobody else can read the state, and no argument holds a secret', async () => {
    const services = await start()
    for (const file of await filesIn(stateDir)) {
      // A journal may be gone by now.
      const { mode } = (await stat(file).catch(() => null)) ?? { mode: 0 }
      expect([file, mode & 0o077]).toEqual([file, 0])
    }
    const token = await readFile(join(stateDir, 'auth-token'), 'utf8')
    for (const { service } of [services.ergo, services.soju]) {
      expect(await commandLineOf(service.pid!)).not.toContain(token)
    }
    expect(await readFile(join(stateDir, 'ergo', 'ergo.json'), 'utf8')).not.toContain(token)
  })

  test('a state folder with a long path works', async () => {
    await start({ stateDir: join(stateDir, 'a'.repeat(120)) })
  })

  test('a soju that nobody can name any more is waited for, whatever folder is the temporary one', async () => {
    const home = join(stateDir, 'a'.repeat(120))
    const { daemon, pids } = await startDaemon(home)
    const [ergo, soju] = pids as [number, number]
    const { stdout } = await promisify(execFile)('pgrep', ['-f', home])
    const all = stdout.trim().split('\n').map(Number)
    daemon.kill('SIGSTOP')
    for (const pid of all) if (pid !== soju && pid !== daemon.pid) process.kill(pid, 'SIGKILL')
    daemon.kill('SIGKILL')
    await gone(ergo)
    await rm(join(home, 'soju', 'soju.pid'))
    const temporary = join(stateDir, 'tmp')
    await mkdir(temporary)
    vi.stubEnv('TMPDIR', temporary)
    try {
      const started = start({ stateDir: home }).then(() => 'started')
      expect(await Promise.race([started, delay(5000).then(() => 'waiting')])).toBe('waiting')
      process.kill(soju, 'SIGKILL')
      expect(await started).toBe('started')
    } finally {
      if ((await commandLineOf(soju)) !== null) process.kill(soju, 'SIGKILL')
    }
  })
})

describe('signing in', () => {
  test('ergo asks the platform with the client’s address, and takes its word for the account’s name', async () => {
    const { addresses } = await start()
    platform.passwords.set('ergo/Alice', 'open: sesame é')
    const login = { nick: 'someone', account: 'aLICE', password: 'open: sesame é', caps: ['account-tag'] }
    const probe = await IrcProbe.login(addresses.irc, login)
    probe.send('WHOIS Alice')
    const account = await probe.wait(({ command }) => command === '330')
    expect(account.params[2]).toBe('Alice')
    expect(platform.asked.at(-1)).toEqual({
      service: 'ergo',
      name: 'aLICE',
      serviceHeader: 'ergo',
      clientAddress: '127.0.0.1',
    })
    probe.close()
  })

  test('a name that the platform does not confirm, or a platform that is down, lets nobody in', async () => {
    const { addresses } = await start()
    platform.passwords.set('ergo/bob', 'right')
    for (const [account, password] of [
      ['bob', 'wrong'],
      ['bob:right', ''],
      ['nobody', 'right'],
      ['NowAdmin', 'x'],
      ['NowServ', 'x'],
    ]) {
      const login = { nick: 'guest', account: account!, password: password! }
      await expect(IrcProbe.login(addresses.irc, login)).rejects.toThrow(/904/)
    }
    platform.passwords.set('ergo/NowAdmin', 'x')
    await expect(IrcProbe.login(addresses.irc, { nick: 'g', account: 'NowAdmin', password: 'x' })).rejects.toThrow(
      /904/,
    )
    await platform.stop()
    await expect(IrcProbe.login(addresses.irc, { nick: 'g', account: 'bob', password: 'right' })).rejects.toThrow(/904/)
  })

  test('a bouncer’s user exists only when the platform made it', async () => {
    const { soju } = await start()
    platform.passwords.set('soju/stranger', 'right')
    const login = { nick: 'stranger', account: 'stranger', password: 'right' }
    await expect(IrcProbe.login(soju.plain, login)).rejects.toThrow(/ERROR|connection ended/)
  })
})

describe('NowServ', () => {
  test('has its nick from the first moment on, also while it is away', async () => {
    const { addresses } = await start()
    for (const nick of ['NowServ', 'nowserv', 'NOWSERV']) {
      await expect(IrcProbe.login(addresses.irc, { nick })).rejects.toThrow(/433/)
    }
    const probe = await IrcProbe.login(addresses.irc, { nick: 'mallory' })
    probe.send('NICK NowServ')
    await probe.wait(({ command, params }) => command === 'FAIL' && params.includes('NICKNAME_RESERVED'))
    probe.close()
  })

  test('keeps its nick when ergo lost its database', async () => {
    const first = await start()
    await first.stop()
    await rm(join(stateDir, 'ergo', 'ircd.db'))
    const { addresses } = await start()
    await expect(IrcProbe.login(addresses.irc, { nick: 'NowServ' })).rejects.toThrow(/433/)
  })

  test('signs in by its certificate and may answer without lag', async () => {
    const services = await start()
    const client = new Client() as unknown as NowServClient
    const registered = new Promise<void>((resolve, reject) => {
      client.on('registered', () => resolve())
      client.on('close', () => reject(new Error('closed')))
    })
    const notices: string[] = []
    client.on('raw', ({ line }) => notices.push(line))
    client.connect({
      ...services.addresses.ircs,
      tls: true,
      rejectUnauthorized: false,
      nick: nowServAccount,
      username: 'nowserv',
      gecos: 'irc.now service',
      account: {},
      sasl_mechanism: 'EXTERNAL',
      client_certificate: { private_key: services.nowServ.key, certificate: services.nowServ.cert },
      auto_reconnect: false,
    })
    await registered
    expect(client.user.nick).toBe(nowServAccount)
    const watcher = await IrcProbe.login(services.addresses.irc, { nick: 'watcher' })
    const member = await IrcProbe.login(services.addresses.irc, { nick: 'member' })
    for (let count = 0; count < 20; count++) member.send(`PRIVMSG watcher :question ${count}`)
    await watcher.message('member', 'question 0')
    for (let count = 0; count < 200; count++) client.say('watcher', `answer ${count}`)
    await watcher.message(nowServAccount, 'answer 199')
    // Ten times as many, begun later, are through while the member's are still being held back.
    expect(watcher.lines.some(({ params }) => params[1] === 'question 19')).toBe(false)

    client.raw('NS SUSPEND LIST')
    client.raw('KILL watcher :no')
    client.raw('PING end')
    while (!notices.some((line) => /PONG.*end/.test(line))) await delay(10)
    expect(notices.some((line) => / 481 /.test(line))).toBe(true)
    expect(watcher.closed).toBe(false)
    client.quit('done')
    for (const probe of [watcher, member]) probe.close()
  })
})

interface NowServClient {
  readonly user: { readonly nick: string }
  on(event: 'raw', hear: (event: { line: string }) => void): void
  on(event: string, hear: () => void): void
  connect(options: Record<string, unknown>): void
  say(target: string, text: string): void
  raw(line: string): void
  quit(reason: string): void
}
