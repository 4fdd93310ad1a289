import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { allRoles } from './configuration.ts'
import { takeHome } from './home.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'irc-now-home-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const url = JSON.stringify(new URL('./home.ts', import.meta.url).href)

function holdInChild(roles: string[]) {
  const script = `const { takeHome } = await import(${url}); await takeHome(${JSON.stringify(folder)}, null, ${JSON.stringify(roles)}); console.log('held'); setInterval(() => {}, 1000)`
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
}

test('a second daemon is told who holds which role; other roles are free, and kill -9 frees all', async () => {
  const child = holdInChild(['nowserv', 'reconcile'])
  await once(child.stdout, 'data')
  await expect(takeHome(folder, null, allRoles)).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining(`role nowserv of ${folder} is held by a running irc.now (process ${child.pid})`),
    details: { role: 'nowserv', pid: String(child.pid) },
  })
  // The attempt has left nothing behind.
  const api = await takeHome(folder, null, ['api'])
  api.release()
  child.kill('SIGKILL')
  await once(child, 'exit')
  const home = await takeHome(folder, null, allRoles)
  home.release()
})

test('processes that come at once agree on the key and on the home’s name', async () => {
  const homes = await Promise.all(allRoles.map((role) => takeHome(folder, null, [role])))
  expect(new Set(homes.map(({ key }) => key.toString('hex'))).size).toBe(1)
  expect(new Set(homes.map(({ id }) => id)).size).toBe(1)
  for (const home of homes) home.release()
  const again = await takeHome(folder, null, ['api'])
  expect(again.id).toBe(homes[0]?.id)
  again.release()
  const copy = `${folder}-copy`
  await cp(folder, copy, { recursive: true })
  const other = await takeHome(copy, null, ['api'])
  expect(other.key).toEqual(again.key)
  expect(other.id).not.toBe(again.id)
  other.release()
  await rm(copy, { recursive: true })
})

test('the key is made once and is nobody else’s to read', async () => {
  const first = await takeHome(folder, null, allRoles)
  first.release()
  const second = await takeHome(folder, null, allRoles)
  expect(second.key).toEqual(first.key)
  second.release()
  expect((await stat(join(folder, 'secret.key'))).mode & 0o777).toBe(0o600)
  expect((await stat(folder)).mode & 0o777).toBe(0o700)
  expect((await readFile(join(folder, 'api.pid'), 'utf8')).trim()).toBe(String(process.pid))
})

test('a socket is where it can be, also for a folder whose path is longer than a socket’s', async () => {
  const near = await takeHome(folder, null, allRoles)
  expect(await near.socketPath('daemon.sock')).toBe(join(folder, 'daemon.sock'))
  near.release()
  const far = await takeHome(join(folder, 'x'.repeat(100)), null, allRoles)
  const path = await far.socketPath('daemon.sock')
  const server = createServer().listen({ path })
  await once(server, 'listening')
  expect((await stat(dirname(path))).mode & 0o777).toBe(0o700)
  server.close()
  far.release()
  await rm(dirname(path), { recursive: true })
})
