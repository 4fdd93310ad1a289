import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { untilUnused } from '../../../test/folder-processes.ts'
import { dropPresence, isPresent, takePresence } from './presence.ts'
import { commandLineOf, endOrphan, readPidFile } from './process-identity.ts'
import { type ServiceSpec, SupervisedService } from './supervisor.ts'

let folder: string
let running: SupervisedService[]
let daemons: ChildProcess[]

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supervisor-'))
  running = []
  daemons = []
})

afterEach(async () => {
  for (const service of running) await service.stop()
  for (const daemon of daemons) daemon.kill('SIGKILL')
  await endOrphan(join(folder, 'sleeper.pid'), join(folder, 'marker'), 0)
  await untilUnused(folder)
  await rm(folder, { recursive: true, force: true })
})

function spec(script: string, more: Partial<ServiceSpec> = {}): ServiceSpec {
  const marker = join(folder, 'marker')
  return {
    name: 'sleeper',
    command: '/bin/sh',
    args: ['-c', script, marker],
    cwd: folder,
    env: process.env,
    pidFile: join(folder, 'sleeper.pid'),
    marker,
    ready: async () => {},
    ...more,
  }
}

function supervise(service: ServiceSpec, options: Partial<ConstructorParameters<typeof SupervisedService>[1]> = {}) {
  const lines: string[] = []
  const supervised = new SupervisedService(service, { log: (_, line) => lines.push(line), graceMs: 500, ...options })
  running.push(supervised)
  return { supervised, lines }
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await delay(10)
}

const gone = async (pid: number) => (await commandLineOf(pid)) === null

async function startDaemon(sleeper?: string): Promise<{ daemon: ChildProcess; pid: number }> {
  const fixture = join(import.meta.dirname, 'supervisor-child.fixture.ts')
  const env = sleeper ? { ...process.env, SLEEPER: sleeper } : process.env
  const daemon = spawn(process.execPath, [fixture, folder, join(folder, 'marker')], { env, stdio: 'pipe' })
  daemons.push(daemon)
  const [chunk] = await once(daemon.stdout!, 'data')
  const pid = Number.parseInt(String(chunk), 10)
  // Written once the watcher is there.
  await until(async () => (await readPidFile(join(folder, 'sleeper.pid'))) === pid)
  return { daemon, pid }
}

/** The processes whose command line carries the marker, but for the service itself: the watchers. */
async function watchersOf(pid: number): Promise<number[]> {
  // It fails where it finds none, as before the shell that is to start it runs.
  const { stdout } = await promisify(execFile)('pgrep', ['-f', join(folder, 'marker')]).catch(() => ({ stdout: '' }))
  return stdout
    .split('\n')
    .filter(Boolean)
    .map(Number)
    .filter((found) => found !== pid && !daemons.some((d) => d.pid === found))
}

describe('a supervised service', () => {
  test('is started, tells its lines without control characters, and ends with stop', async () => {
    const { supervised, lines } = supervise(spec(`printf 'hello\\033[31m\\n'; while :; do sleep 1; done`))
    await supervised.start()
    await until(() => lines.includes('hello [31m'))
    const pid = supervised.pid!
    expect(await readPidFile(join(folder, 'sleeper.pid'))).toBe(pid)
    await supervised.stop()
    expect(await gone(pid)).toBe(true)
    expect(supervised.state).toBe('stopped')
    await until(async () => (await watchersOf(pid)).length === 0)
  })

  test('is killed when it does not follow TERM', async () => {
    const { supervised } = supervise(spec(`trap '' TERM; while :; do sleep 1; done`), { graceMs: 200 })
    await supervised.start()
    const pid = supervised.pid!
    await supervised.stop()
    expect(await gone(pid)).toBe(true)
  })

  test('comes back after each kill -9', async () => {
    const readies: boolean[] = []
    const { supervised } = supervise(spec('while :; do sleep 1; done'), {
      onReady: (restarted) => readies.push(restarted),
    })
    await supervised.start()
    for (let round = 1; round <= 3; round++) {
      const pid = supervised.pid!
      process.kill(pid, 'SIGKILL')
      await until(() => readies.length === round + 1)
      expect(supervised.pid).not.toBe(pid)
      expect(await gone(pid)).toBe(true)
    }
    expect(readies).toEqual([false, true, true, true])
    expect(supervised.deaths).toBe(3)
  })

  test('says why when its first start fails, and leaves nothing behind', async () => {
    const { supervised } = supervise(
      spec('echo port 6667 is taken >&2; exit 3', { ready: () => new Promise(() => {}) }),
    )
    await expect(supervised.start()).rejects.toThrow(/sleeper did not start \(exit status 3\): port 6667 is taken/)
    await expect(readFile(join(folder, 'sleeper.pid'))).rejects.toThrow(/ENOENT/)
  })

  test('is named when its program is missing', async () => {
    const { supervised } = supervise(spec('', { command: join(folder, 'nothing'), ready: () => new Promise(() => {}) }))
    await expect(supervised.start()).rejects.toThrow(/sleeper did not start \(exit status 127\)/)
  })

  test('is started again once there are files to be opened again', async () => {
    const fixture = join(import.meta.dirname, 'supervisor-full.fixture.ts')
    const limited = ['-c', 'ulimit -n 200; exec "$0" "$@"', process.execPath, fixture, folder]
    const { stdout } = await promisify(execFile)('/bin/sh', limited, { timeout: 120_000 })
    expect(stdout).toBe('back\n')
  })

  test('is started anew when its watcher is killed, so that it never runs unguarded', async () => {
    const { supervised } = supervise(spec('while :; do sleep 1; done'))
    await supervised.start()
    const pid = supervised.pid!
    let watchers: number[] = []
    await until(async () => {
      watchers = await watchersOf(pid)
      return watchers.length === 1
    })
    process.kill(watchers[0]!, 'SIGKILL')
    await until(() => supervised.state === 'ready' && supervised.pid !== pid)
    expect(await gone(pid)).toBe(true)
  })

  test('is ended, and comes back, when it hangs; not while it answers now and then', async () => {
    let answer = (_asked: number) => true
    let asked = 0
    const answers = async () => answer(asked++)
    const { supervised, lines } = supervise(spec(`trap '' TERM; while :; do sleep 1; done`, { answers }), {
      askMs: 5,
      graceMs: 50,
    })
    await supervised.start()
    const pid = supervised.pid!
    // Two questions of three go unanswered.
    answer = (count) => count % 3 === 0
    asked = 0
    await until(() => asked > 30)
    expect(supervised.pid).toBe(pid)
    answer = () => {
      throw new Error('silent')
    }
    await until(() => supervised.deaths === 1)
    answer = () => true
    await until(() => supervised.state === 'ready')
    expect(await gone(pid)).toBe(true)
    expect(lines).toContain('does not answer; it was asked 3 times')
  })

  test('no longer bears its mark once it is dead, though its watcher lives', async () => {
    const presence = join(folder, 'runs')
    // So that it is not started anew within this test.
    const { supervised } = supervise(spec('exec sleep 30', { presence }), { random: () => 1000 })
    await supervised.start()
    let watchers: number[] = []
    await until(async () => {
      watchers = await watchersOf(supervised.pid!)
      return watchers.length === 1
    })
    // It has let go of the mark by now, where that can be seen.
    await until(() => !existsSync(`/proc/${watchers[0]}/fd/4`))
    process.kill(watchers[0]!, 'SIGSTOP')
    try {
      expect(await isPresent(presence)).toBe(true)
      process.kill(supervised.pid!, 'SIGKILL')
      await expect.poll(() => isPresent(presence)).toBe(false)
    } finally {
      process.kill(watchers[0]!, 'SIGCONT')
    }
  })
})

describe('after a kill -9 of the daemon', () => {
  test('its service ends', async () => {
    const { daemon, pid } = await startDaemon()
    expect(await gone(pid)).toBe(false)
    daemon.kill('SIGKILL')
    await until(() => gone(pid))
  })

  test('a service that ignores TERM ends too', async () => {
    const { daemon, pid } = await startDaemon(`trap '' TERM; while :; do sleep 1; done`)
    daemon.kill('SIGKILL')
    await until(() => gone(pid))
  })

  test('a service whose watcher died with the daemon is ended by the next start', async () => {
    const { daemon, pid } = await startDaemon()
    const watchers = await watchersOf(pid)
    daemon.kill('SIGSTOP')
    for (const watcher of watchers) process.kill(watcher, 'SIGKILL')
    daemon.kill('SIGKILL')
    await once(daemon, 'exit')
    expect(await gone(pid)).toBe(false)
    const { supervised, lines } = supervise(spec('while :; do sleep 1; done'))
    await supervised.start()
    expect(await gone(pid)).toBe(true)
    expect(lines[0]).toContain(`ended process ${pid}`)
  })

  test('a service that nobody can name any more is waited for', async () => {
    // Without children, which would bear the mark too.
    const { daemon, pid } = await startDaemon('exec sleep 30')
    const watchers = await watchersOf(pid)
    daemon.kill('SIGSTOP')
    for (const watcher of watchers) process.kill(watcher, 'SIGKILL')
    daemon.kill('SIGKILL')
    await once(daemon, 'exit')
    await rm(join(folder, 'sleeper.pid'))
    const presence = join(folder, 'runs')
    await expect(takePresence(presence, 100)).rejects.toThrow(/still running; end whatever holds .*runs open/)
    await dropPresence(presence)
    let former: boolean | undefined
    const { supervised } = supervise(
      spec('exec sleep 30', {
        presence,
        prepare: async () => {
          former = !(await gone(pid))
        },
      }),
    )
    const started = supervised.start()
    await delay(300)
    expect(former).toBeUndefined()
    process.kill(pid, 'SIGKILL')
    await started
    expect(former).toBe(false)
    // It bears the mark itself now.
    expect(await isPresent(presence)).toBe(true)
    process.kill(supervised.pid!, 'SIGSTOP')
    await expect(takePresence(presence, 100)).rejects.toThrow(/still running/)
    process.kill(supervised.pid!, 'SIGCONT')
    await supervised.stop()
    expect(await isPresent(presence)).toBe(false)
    await dropPresence(presence)
    await expect(isPresent(presence)).rejects.toThrow(/ENOENT/)
  })

  test('a recycled process id is left alone', async () => {
    const stranger = spawn('/bin/sh', ['-c', 'while :; do sleep 1; done'], { stdio: 'ignore' })
    daemons.push(stranger)
    await writeFile(join(folder, 'sleeper.pid'), `${stranger.pid}\n`)
    expect(await endOrphan(join(folder, 'sleeper.pid'), join(folder, 'marker'))).toBeNull()
    expect(await gone(stranger.pid!)).toBe(false)
  })
})
