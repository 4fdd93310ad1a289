import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import type { FakeName } from '@irc-now/core/provisioning/dns.fake'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'
import { connectIrc } from '../irc-client.ts'
import { startNameServer } from '../name-server.ts'

// A bouncer gets a soju and a host name of its own, all in the shell, and keeps them when the daemon dies.
const names = new Map<string, FakeName>()
let nameServer: Awaited<ReturnType<typeof startNameServer>>
let daemon: Awaited<ReturnType<typeof createDaemon>>
let username: string
let password: string

const json = async (...words: string[]) => {
  const { stdout, stderr, code } = await daemon.cli(...words, '--json')
  if (code !== 0) throw new Error(stdout + stderr)
  return JSON.parse(stdout)
}
const services = async () => (await json('platform', 'status')).items.map(({ name }: { name: string }) => name)

beforeAll(async () => {
  nameServer = await startNameServer(names)
  daemon = await createDaemon({ env: { IRC_NOW_DNS: nameServer.server } })
  await daemon.start()
  username = (await json('bouncer', 'create', '--wait')).username
  password = (await json('password', 'create', 'phone')).password
})
afterAll(async () => {
  await daemon?.remove()
  await nameServer?.stop()
})

/** As an IRC client does it, to where soju tells it. */
async function upload(): Promise<number> {
  const { status } = await fetch(`http://127.0.0.1:${daemon.ports.http}/uploads`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      'content-type': 'text/plain',
    },
    body: 'a text',
  })
  return status
}

async function signedIn(): Promise<void> {
  const client = await connectIrc(daemon.ports.bouncer, 'visitor', { username: `${username}/net.irc.now`, password })
  await client.until(/ 001 /)
  client.close()
}

/** Whether a client that trusts the platform's own authority takes what is at the bouncers' address for this host. */
async function isTrusted(host: string): Promise<boolean> {
  const ca = await readFile(join(daemon.home, 'certificates', 'authority.crt'), 'utf8').catch(() => '')
  const { bouncers: port } = daemon.ports
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername: host, ca }, () => resolve(socket.authorized))
    socket.on('secureConnect', () => socket.destroy()).on('error', () => resolve(false))
  })
}

test('it moves to a soju of its own, is named by DNS, survives a kill -9, and moves back', async () => {
  expect(await services()).not.toContain(`soju of ${username}`)
  const moved = await json('bouncer', 'update', '--dedicated', '--wait')
  expect(moved).toMatchObject({ placement: 'dedicated', status: { phase: 'ready', message: null } })
  expect(await services()).toContain(`soju of ${username}`)
  await signedIn()
  expect(await upload()).toBe(201)

  const { records } = await json('bouncer', 'hostname', 'set', 'irc.example.org')
  expect(await json('bouncer', 'hostname', 'verify', '--wait')).toMatchObject({
    status: { phase: 'unverified', message: expect.stringContaining('no TXT record') },
  })
  expect(await isTrusted('irc.example.org')).toBe(false)
  for (const { type, name, value } of records)
    names.set(name, type === 'TXT' ? { texts: [value] } : { addresses: [value] })
  const verified = await json('bouncer', 'hostname', 'verify', '--wait')
  expect(verified.status).toEqual({ phase: 'verified', message: null })
  expect(await json('bouncer', 'connect')).toMatchObject({
    server: 'irc.example.org',
    port: daemon.ports.bouncers,
    certificateFingerprint: verified.certificateFingerprint,
  })
  expect(await isTrusted('irc.example.org')).toBe(true)

  await daemon.kill()
  await daemon.start()
  await signedIn()
  expect(await upload()).toBe(201)
  while (!(await isTrusted('irc.example.org'))) await new Promise((resolve) => setTimeout(resolve, 100))
  expect(await services()).toContain(`soju of ${username}`)

  const back = await json('bouncer', 'update', '--no-dedicated', '--wait')
  expect(back).toMatchObject({ placement: 'shared', status: { phase: 'ready', message: null } })
  expect(await services()).not.toContain(`soju of ${username}`)
  await signedIn()
  expect(await upload()).toBe(201)
  expect((await json('bouncer', 'connect')).server).toBe('127.0.0.1')
})
