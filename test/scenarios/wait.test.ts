import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon, runCli } from '../daemon.ts'
import { createErgo } from '../ergo.ts'
import { testPort } from '../ports.ts'

// `--wait` ends when the thing works, or says why it doesn't.
let daemon: Awaited<ReturnType<typeof createDaemon>>
let elsewhere: Awaited<ReturnType<typeof createErgo>>
const json = async (...words: string[]) => JSON.parse((await daemon.cli(...words, '--json')).stdout)
const add = (name: string, address: string, ...more: string[]) =>
  daemon.cli('upstream', 'create', name, address, '--wait', ...more)

beforeAll(async () => {
  daemon = await createDaemon()
  elsewhere = await createErgo()
  await Promise.all([daemon.start(), elsewhere.start()])
})
afterAll(async () => {
  await elsewhere?.remove()
  await daemon?.remove()
})

test('a bouncer that was waited for is on net.irc.now, also after a restart', async () => {
  const works = { status: { phase: 'ready', message: null }, upstreams: '1 of 1 connected' }
  const { code, stdout } = await daemon.cli('bouncer', 'create', '--wait')
  expect([code, stdout]).toEqual([0, expect.stringMatching(/status +ready\nupstreams +1 of 1 connected/)])
  expect(await json('bouncer', 'show')).toMatchObject(works)
  expect(await json('bouncer', 'restart', '--wait')).toMatchObject(works)
})

test('an upstream that was waited for is connected', async () => {
  const { code, stdout } = await add('works', `irc+insecure://127.0.0.1:${daemon.ports.irc}`, '--nick', 'works')
  expect([code, stdout]).toEqual([0, expect.stringMatching(/status +connected/)])
})

test.each([
  [
    'refused',
    async (): Promise<string> => `irc+insecure://127.0.0.1:${await testPort()}`,
    /does not connect: Nothing answers at that address and port; .*refused\); it is tried/,
  ],
  [
    'unknown',
    async (): Promise<string> => 'irc+insecure://nowhere.invalid',
    /does not connect: .*nowhere\.invalid.*; it is tried/,
  ],
  [
    'guest',
    async (): Promise<string> => `irc+insecure://127.0.0.1:${elsewhere.port}`,
    /: Connected without being signed in: /,
  ],
] as const)('%s: the error and what to do, and an exit code of its own', async (name, address, sentence) => {
  const words = ['upstream', 'create', name, await address(), '--wait']
  const signIn = ['--sasl-username', 'nobody', '--sasl-password-stdin']
  const { code, stdout, stderr } = await runCli([...words, ...signIn], daemon.env, 'wrong\n')
  expect({ code, stdout }).toEqual({ code: 11, stdout: '' })
  expect(stderr).toMatch(sentence)
  expect(stderr).toContain(`“upstream update ${name}”`)
  expect(stderr).toMatch(/ \[not_connected\]\n$/)
})

test('one that is switched off ends at once; --no-wait and a repair are as before', async () => {
  const off = await add('off', 'irc.example.invalid', '--enabled', 'no')
  expect([off.code, off.stdout]).toEqual([0, expect.stringMatching(/status +disabled/)])
  expect(off.stderr).toContain('The upstream “off” is switched off.')
  const late = await daemon.cli('upstream', 'update', 'refused', '--nick', 'late', '--no-wait')
  expect([late.code, late.stdout]).toEqual([0, expect.stringMatching(/status +pending/)])
  const address = `irc+insecure://127.0.0.1:${daemon.ports.irc}`
  expect(await json('upstream', 'update', 'refused', '--address', address, '--sasl', 'none', '--wait')).toMatchObject({
    status: { phase: 'connected', message: null },
  })
})

test('one that neither answers nor refuses runs out of time; deleted meanwhile, it says so', async () => {
  const silent = createServer(() => {})
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
  const { port } = silent.address() as { port: number }
  await daemon.cli('upstream', 'delete', 'off', '--confirm', 'off', '--wait')
  const address = `irc+insecure://127.0.0.1:${port}`
  const { code, stderr } = await add('silent', address, '--timeout', '8')
  expect([code, stderr]).toEqual([10, expect.stringMatching(/still connecting after 8 s; .*“upstream show silent”/)])
  const waiting = daemon.cli('upstream', 'update', 'silent', '--nick', 'other', '--wait')
  await expect.poll(async () => (await json('upstream', 'show', 'silent')).nick).toBe('other')
  await daemon.cli('upstream', 'delete', 'silent', '--confirm', 'silent', '--no-wait')
  expect(await waiting).toMatchObject({ code: 6, stderr: expect.stringContaining('was deleted meanwhile') })
  silent.close()
})
