import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { testPrograms } from '@irc-now/core/provisioning/local/test-programs'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'
import { connectIrc } from '../irc-client.ts'

// soju and ergo are away for longer than anything waits for them, while members go on.
let folder: string
let daemon: Awaited<ReturnType<typeof createDaemon>>
let owner: string
let password: string

const json = async (...words: string[]) => JSON.parse((await daemon.cli(...words, '--json')).stdout)
const pidOf = async (name: string) => Number(await readFile(join(daemon.home, name, `${name}.pid`), 'utf8'))
const healthy = async (name: string) =>
  ((await json('platform', 'status')).items as { name: string; healthy: boolean }[]).find((one) => one.name === name)
    ?.healthy
const phase = async (name: string) => (await json('bouncer', 'show', name)).status?.phase ?? 'gone'
const upstream = async (name: string) => (await json('upstream', 'list', '--bouncer', name)).items?.[0]?.status.phase
const held = (name: string) => join(folder, `${name}-held`)

/** The program, which does not start for as long as a file is there. */
async function holdable(name: 'soju' | 'ergo'): Promise<string> {
  const { path, libraryPath } = (await testPrograms())[name]
  const script = join(folder, name)
  const libraries = libraryPath ? `export LD_LIBRARY_PATH='${libraryPath}'\n` : ''
  await writeFile(script, `#!/bin/sh\n[ -e '${held(name)}' ] && exit 1\n${libraries}exec '${path}' "$@"\n`)
  await chmod(script, 0o700)
  return script
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-outage-'))
  daemon = await createDaemon({
    env: { IRC_NOW_SOJU: await holdable('soju'), IRC_NOW_ERGO: await holdable('ergo') },
  })
  await daemon.start()
  owner = (await json('account', 'show')).name
  password = (await json('password', 'create', 'test')).password
  await daemon.cli('bouncer', 'create', 'main', '--wait')
})

afterEach(async () => {
  for (const name of ['soju', 'ergo']) await rm(held(name), { force: true })
})

afterAll(async () => {
  await daemon?.remove()
  await rm(folder, { recursive: true, force: true })
})

/** Everything is as it was asked for, and an ordinary client gets through. */
async function converged(made: string, gone: string): Promise<void> {
  await expect.poll(() => phase(made), { timeout: 180_000 }).toBe('ready')
  await expect.poll(() => upstream(made), { timeout: 180_000 }).toBe('connected')
  await expect.poll(() => upstream('main'), { timeout: 180_000 }).toBe('connected')
  await expect.poll(() => phase(gone), { timeout: 180_000 }).toBe('gone')
  for (const name of ['soju', 'ergo', 'NowServ']) await expect.poll(() => healthy(name)).toBe(true)
  const client = await connectIrc(daemon.ports.bouncer, owner, {
    username: `${owner}+${made}/net.irc.now`,
    password,
  })
  await client.until(/ 001 /)
  client.close()
  expect(((await json('bouncer', 'list')).items as { name: string }[]).map(({ name }) => name).sort()).toEqual(
    [made, 'main'].sort(),
  )
  await daemon.cli('bouncer', 'delete', made, '--confirm', made, '--wait')
}

describe.each(['soju', 'ergo'] as const)('%s', (service) => {
  test('killed, and kept from starting for a while: creates, updates and deletes converge', async () => {
    await daemon.cli('bouncer', 'create', 'old', '--wait')
    await writeFile(held(service), '')
    process.kill(await pidOf(service), 'SIGKILL')
    await expect.poll(() => healthy(service)).toBe(false)
    expect(await daemon.cli('bouncer', 'create', 'new', '--no-wait')).toMatchObject({ code: 0 })
    expect(await daemon.cli('bouncer', 'update', 'main', '--realname', 'Away', '--no-wait')).toMatchObject({ code: 0 })
    expect(await daemon.cli('bouncer', 'delete', 'old', '--confirm', 'old', '--no-wait')).toMatchObject({ code: 0 })
    if (service === 'soju') {
      await expect.poll(() => phase('new')).toBe('failed')
      expect((await json('bouncer', 'show', 'new')).status.message).toContain('down')
    }
    // Longer than several back-offs, of the supervisor as of the reconciler.
    await delay(12_000)
    await rm(held(service))
    await converged('new', 'old')
    expect((await json('bouncer', 'show', 'main')).realname).toBe('Away')
  })

  test('frozen for longer than anybody waits for an answer, amid a create', async () => {
    await daemon.cli('bouncer', 'create', 'old', '--wait')
    const pid = await pidOf(service)
    process.kill(pid, 'SIGSTOP')
    try {
      expect(await daemon.cli('bouncer', 'create', 'new', '--no-wait')).toMatchObject({ code: 0 })
      expect(await daemon.cli('bouncer', 'delete', 'old', '--confirm', 'old', '--no-wait')).toMatchObject({ code: 0 })
      await expect.poll(() => healthy(service)).toBe(false)
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    await converged('new', 'old')
  })
})
