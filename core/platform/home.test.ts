import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { takeHome } from './home.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-home-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a second daemon is told who holds the folder; kill -9 frees it', async () => {
  const script = `const { takeHome } = await import(${JSON.stringify(new URL('./home.ts', import.meta.url).href)}); await takeHome(${JSON.stringify(folder)}, null); console.log('held'); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  await expect(takeHome(folder, null)).rejects.toMatchObject({ code: 'conflict', details: { pid: String(child.pid) } })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const home = await takeHome(folder, null)
  home.release()
})

test('the key is made once and is nobody else’s to read', async () => {
  const first = await takeHome(folder, null)
  first.release()
  const second = await takeHome(folder, null)
  expect(second.key).toEqual(first.key)
  second.release()
  expect((await stat(join(folder, 'secret.key'))).mode & 0o777).toBe(0o600)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await readFile(join(folder, 'daemon.pid'), 'utf8')).trim()).toBe(String(process.pid))
})
