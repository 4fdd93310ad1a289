import { mkdir, readdir, rm } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { expect, test } from 'vitest'
import { createAccessToken } from './access-token.ts'
import { startPlatform } from './platform.fixture.ts'
import { holdTokens, platform, terminal, withTerminal } from './terminal.fixture.ts'

// What happens to a profile's token while it is used, by one process or by several at once.
withTerminal('alice')

const list = () => terminal.run(['bouncer', 'list', '--json'])
const file = async () => (await terminal.tokenFile('default'))!
const seconds = (count: number) => Date.now() + count * 1000

test('a good token is used as it is; one with less than 30 s left is refreshed first', async () => {
  expect(await list()).toMatchObject({ exit: 0 })
  expect(platform.state.refreshes).toBe(0)
  const { token, write } = await file()
  await write({ expiresAt: seconds(25) })
  const { exit, stdout, stderr } = await list()
  expect({ exit, stderr, refreshes: platform.state.refreshes }).toEqual({ exit: 0, stderr: '', refreshes: 1 })
  const after = await file()
  expect(after.token.refresh).not.toBe(token.refresh)
  expect(platform.state.lastToken).toBe(after.token.access)
  expect(stdout).not.toContain(after.token.access)
})

test('of several processes at once one refreshes, and all go on', async () => {
  await (await file()).write({ expiresAt: 0 })
  const all = await Promise.all([list(), list(), list(), list(), list()])
  expect(all.map(({ exit, stderr }) => ({ exit, stderr }))).toEqual(Array(5).fill({ exit: 0, stderr: '' }))
  expect(platform.state.refreshes).toBe(1)
  // The family is alive: it can be refreshed again.
  await (await file()).write({ expiresAt: 0 })
  expect(await list()).toMatchObject({ exit: 0 })
})

test('a sign-in that was ended elsewhere says how to sign in again, once and for all', async () => {
  const { token, write } = await file()
  const known = await platform.provider.RefreshToken.find(token.refresh)
  await (await platform.provider.Grant.find(known!.grantId!))!.destroy()
  await known!.destroy()
  await write({ expiresAt: 0 })
  const first = await list()
  expect(first.exit).toBe(4)
  expect(JSON.parse(first.stdout).error).toMatchObject({
    code: 'not_signed_in',
    message: expect.stringContaining('irc-now login --profile default'),
  })
  expect(await terminal.tokenFile('default')).toBeNull()
  expect(await list()).toMatchObject({ exit: 4 })
})

test('kill -9 in the middle of a refresh leaves the lock free and the token whole', async () => {
  await (await file()).write({ expiresAt: 0 })
  const { held } = holdTokens()
  const { child, ended } = terminal.start(['bouncer', 'list'])
  await held
  child.kill('SIGKILL')
  await ended
  platform.state.holdTokens = null
  expect(await list()).toMatchObject({ exit: 0 })
  expect(platform.state.refreshes).toBe(1)
})

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)('%s in the middle of a refresh keeps the sign-in', async (signal, exit) => {
  const { token, write } = await file()
  await write({ expiresAt: 0 })
  const { held, go } = holdTokens()
  const { child, ended } = terminal.start(['bouncer', 'list'])
  await held
  child.kill(signal)
  go()
  expect(await ended).toMatchObject({ exit, stdout: '' })
  expect((await file()).token.refresh).not.toBe(token.refresh)
  expect(await list()).toMatchObject({ exit: 0 })
})

test('a token that the platform refuses is refreshed once, and the call made again', async () => {
  platform.state.refused.add((await file()).token.access)
  expect(await list()).toMatchObject({ exit: 0 })
  expect(platform.state.refreshes).toBe(1)
})

test('an issuer that is down keeps the sign-in', async () => {
  const other = await startPlatform()
  await terminal.login(other.url, 'bob', ['--profile', 'other'])
  await (await terminal.tokenFile('other'))!.write({ expiresAt: 0 })
  await other.stop()
  expect(await list()).toMatchObject({ exit: 10 })
  expect(await terminal.tokenFile('other')).not.toBeNull()
})

test('what can’t be put into its old place is kept in another, and the old one is forgotten', async () => {
  const { path, token, write } = await file()
  await write({ expiresAt: 0 })
  // Where the new one would be written first.
  await mkdir(`${path}.new`)
  const said: string[] = []
  const access = createAccessToken({ folder: terminal.config, name: 'default', note: (text) => said.push(text) })
  const fresh = await access()
  await rm(`${path}.new`, { recursive: true })
  const after = await file()
  expect(after.path).not.toBe(path)
  expect(after.token.access).toBe(fresh)
  expect(after.token.refresh).not.toBe(token.refresh)
  expect(said).toEqual([expect.stringContaining(after.path)])
  expect(await readdir(dirname(path))).toEqual([basename(after.path)])
  expect(await list()).toMatchObject({ exit: 0 })
})

test('a process that lives long refreshes for itself, once for all its callers', async () => {
  const short = await startPlatform({ accessTokenSeconds: 20 })
  await terminal.login(short.url, 'carol', ['--profile', 'short'])
  const access = createAccessToken({ folder: terminal.config, name: 'short', note: () => {} })
  const [one, two] = await Promise.all([access(), access()])
  expect(two).toBe(one)
  expect(await access()).not.toBe(one)
  expect(short.state.refreshes).toBe(2)
  await short.stop()
})
