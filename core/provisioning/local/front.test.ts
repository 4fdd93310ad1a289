import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, rm, rmdir } from 'node:fs/promises'
import { request } from 'node:http'
import { connect as connectPlain, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as delay, setImmediate as immediate } from 'node:timers/promises'
import { connect, type TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { testPort } from '../../../test/ports.ts'
import { createLocalProvisioner } from '../provisioner.local.ts'
import type { DesiredBouncer, Provisioner } from '../provisioner.port.ts'
import { keptCertificate } from './certificates.ts'
import { startFront } from './front.ts'
import { assertFree } from './ports.ts'
import { startTestServices, type TestServices } from './test-services.ts'

let stateDir: string
let platform: TestServices['platform']
let services: TestServices['services']
let remove: TestServices['remove'] | undefined
let provisioner: Provisioner
const sockets: Socket[] = []

beforeAll(async () => {
  ;({ stateDir, platform, services, remove } = await startTestServices({ uploadOrigin: 'http://irc-now.example' }))
  provisioner = await createLocalProvisioner(services)
  for (const name of ['alice', 'bob']) platform.passwords.set(`soju/${name}`, `${name}’s`)
  await apply({ username: 'bob' })
  await apply({ username: 'alice', placement: 'dedicated', hostname: 'irc.example.org' })
})
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy()
})
afterAll(() => remove?.())

const apply = (changes: Partial<DesiredBouncer>) =>
  provisioner.applyBouncer(
    {
      ...{ id: 'b', username: 'alice', nick: 'nick', realname: 'A Member', enabled: true, restarts: 0, signOuts: 0 },
      ...{ upstreams: [], placement: 'shared', hostname: null, ...changes },
    },
    () => {},
  )

/** All that comes, and `until` some of it has. */
function hearing(socket: Socket) {
  let text = ''
  let closed = false
  sockets.push(socket)
  socket.on('data', (data) => {
    text += data.toString()
  })
  socket
    .on('error', () => {})
    .on('close', () => {
      closed = true
    })
  return {
    socket,
    send: (...lines: string[]) => void socket.write(lines.map((line) => `${line}\r\n`).join('')),
    get text() {
      return text
    },
    async until(wanted: RegExp): Promise<string> {
      while (!wanted.test(text)) {
        if (closed) throw new Error(`closed after: ${text}`)
        await delay(5)
      }
      return text
    },
    async closed(): Promise<void> {
      while (!closed) await delay(5)
    },
  }
}

const plain = (name: string, password = `${name}’s`) => Buffer.from(`\0${name}\0${password}`).toString('base64')
const freeAddress = async () => ({ host: '127.0.0.1', port: await testPort() })
const dial = () => hearing(connectPlain(services.addresses.bouncer))
const dialTls = (servername: string, ca: string) =>
  hearing(
    connect({ host: '127.0.0.1', port: services.addresses.bouncerTls.port, servername, ca, ALPNProtocols: ['irc'] }),
  )

async function signIn(name: string, client = dial()) {
  client.send('CAP LS 302', 'NICK someone', 'USER someone 0 * :x', 'CAP REQ :sasl', 'AUTHENTICATE PLAIN')
  await client.until(/AUTHENTICATE \+/)
  client.send(`AUTHENTICATE ${plain(name)}`)
  await client.until(/ 903 /)
  client.send('CAP END')
  await client.until(/ 001 /)
  return client
}

test('one address brings each to their own soju, and what was said before is answered once', async () => {
  for (const name of ['alice', 'bob', 'alice']) {
    const { text } = await signIn(name)
    for (const once of [/CAP \S+ LS /g, /CAP \S+ ACK /g, /AUTHENTICATE \+/g, / 001 /g]) {
      expect([once, text.match(once)?.length]).toEqual([once, 1])
    }
    expect(text).not.toMatch(/421|ERROR/)
  }
  const users = async (soju: { admin: typeof services.soju.admin }) => (await soju.admin.run('server', 'status'))[0]
  expect(await users(services.soju)).toMatch(/^1\/1 users/)
  expect(await users(await services.dedicated.open('alice'))).toMatch(/^1\/1 users, \d+ downstream/)
})

test('PASS does as well, and everything may come in one piece or byte by byte', async () => {
  const client = dial()
  client.send('PASS :alice’s', 'NICK someone', 'USER alice 0 * :x', 'PING :after')
  await client.until(/ 001 [\s\S]*PONG/)
  const slow = dial()
  for (const byte of Buffer.from(`PASS :alice’s\r\nNICK someone\r\nUSER alice 0 * :x\r\n`)) {
    slow.socket.write(Buffer.from([byte]))
    await delay(1)
  }
  await slow.until(/ 001 /)
})

test('what came in one piece with the password is answered all the same', async () => {
  for (const name of ['alice', 'bob']) {
    const client = dial()
    client.send('CAP LS 302', `PASS :${name}’s`, 'NICK someone', `USER ${name} 0 * :x`)
    await client.until(/CAP \S+ LS /)
    client.send('CAP END')
    const text = await client.until(/ 001 /)
    expect(text.match(/CAP \S+ LS /g)).toHaveLength(1)
    expect(text).not.toMatch(/421|ERROR/)
  }
})

test('wrong passwords stay out, and nobody gets in by another’s soju', async () => {
  for (const [name, password] of [
    ['alice', 'bob’s'],
    ['bob', 'alice’s'],
    ['carol', 'x'],
  ] as const) {
    const client = dial()
    client.send(
      'CAP REQ :sasl',
      'NICK x',
      'USER x 0 * :x',
      'AUTHENTICATE PLAIN',
      `AUTHENTICATE ${plain(name, password)}`,
    )
    await client.until(/ 904 /)
  }
  const nobody = dial()
  nobody.send('NICK x', 'USER alice 0 * :x')
  await nobody.until(/ 464 |FAIL|ERROR/)
})

test('a host name of one’s own has a certificate by our authority; others have the common one', async () => {
  const authority = await readFile(join(stateDir, 'certificates', 'authority.crt'), 'utf8')
  const own = dialTls('irc.example.org', authority)
  const { text } = await signIn('alice', own)
  expect((own.socket as TLSSocket).authorized).toBe(true)
  expect((own.socket as TLSSocket).alpnProtocol).toBe('irc')
  expect(text).toMatch(/ 001 /)
  // It is a name, not a fence.
  await signIn('bob', dialTls('irc.example.org', authority))
  const common = await readFile(join(stateDir, 'certificates', 'soju.crt'), 'utf8')
  const other = dialTls('localhost', common)
  await signIn('alice', other)
  const { fingerprint256 } = (other.socket as TLSSocket).getPeerCertificate()
  expect(fingerprint256).toBe(new X509Certificate(common).fingerprint256)
  // Once it is given up it is nobody's.
  await apply({ placement: 'dedicated', hostname: null })
  await expect(signIn('alice', dialTls('irc.example.org', authority))).rejects.toThrow(/closed/)
})

test('what is uploaded goes through the soju of whoever uploads it, which asks for their password', async () => {
  const upload = (name: string, password = `${name}’s`) =>
    new Promise<number>((resolve, reject) => {
      const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
      const headers = { authorization, 'content-type': 'text/plain' }
      request({ socketPath: services.uploadSocket!, path: '/uploads', method: 'POST', headers }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode!))
      })
        .on('error', reject)
        .end('a text')
    })
  for (const name of ['alice', 'bob', 'alice']) expect(await upload(name)).toBe(201)
  expect(platform.uploads).toEqual(['alice', 'bob', 'alice'])
  expect(await upload('alice', 'bob’s')).toBe(403)
  expect(await upload('nobody')).toBe(403)
  expect(platform.uploads).toHaveLength(3)
})

test('what never says who it is is let go', async () => {
  const client = dial()
  client.socket.write('x'.repeat(70_000))
  await client.closed()
})

test('a soju of its own is watched, comes back, and is gone with its bouncer', async () => {
  const { service } = await services.dedicated.open('alice')
  const healthy = async () => (await provisioner.health()).find(({ name }) => name === 'soju of alice')?.healthy
  expect(await healthy()).toBe(true)
  // It is kept away until that has been seen.
  const inTheWay = join(stateDir, 'dedicated', 'alice', 'motd.txt')
  await rm(inTheWay)
  await mkdir(inTheWay)
  process.kill(service.pid!, 'SIGKILL')
  while ((await healthy()) !== false) await delay(5)
  await rmdir(inTheWay)
  while (!(await healthy())) await delay(20)
  await signIn('alice')
  expect(existsSync(join(stateDir, 'dedicated', 'alice', 'soju.db'))).toBe(true)
  let removed = false
  const removal = provisioner.removeBouncer({ id: 'b', name: 'alice' }).finally(() => {
    removed = true
  })
  // Their client knows nothing of it, and keeps coming back.
  const returning: ReturnType<typeof dial>[] = []
  while (!removed) {
    const client = dial()
    client.send('PASS :alice’s', 'NICK someone', 'USER alice 0 * :x')
    returning.push(client)
    await delay(10)
  }
  await removal
  for (const client of returning) await client.until(/ERROR|FAIL| 464 /).catch(() => {})
  expect(services.dedicated.running()).toEqual([])
  expect(await healthy()).toBeUndefined()
  expect(existsSync(join(stateDir, 'dedicated', 'alice'))).toBe(false)
  expect(await provisioner.observeBouncer('alice')).toBeNull()
})

test('who has gone while their bouncer was being moved leaves nothing open', async () => {
  const [plainAt, tlsAt, sojuAt] = [await freeAddress(), await freeAddress(), await freeAddress()]
  const certificate = await keptCertificate(join(stateDir, 'certificates'), 'soju', 'server', ['localhost'])
  const opened: Socket[] = []
  const soju = createServer((socket) => opened.push(socket.on('error', () => {}))).listen(sojuAt)
  const moved = Promise.withResolvers<void>()
  const front = await startFront({
    ...{ plain: plainAt, tls: tlsAt, certificate },
    contextOf: () => undefined,
    routeOf: () => moved.promise.then(() => sojuAt),
  })
  const [leaving, staying] = [hearing(connectPlain(plainAt)), hearing(connectPlain(plainAt))]
  await Promise.all([leaving, staying].map(({ socket }) => once(socket, 'connect')))
  leaving.socket.resetAndDestroy()
  await delay(100)
  // By then it has been seen, however late we are.
  await immediate()
  moved.resolve()
  while (opened.length === 0) await delay(5)
  await delay(100)
  expect(opened).toHaveLength(1)
  await front.stop()
  soju.close()
})

test('it stops, whoever is connected and says nothing', async () => {
  const [plainAt, tlsAt] = [await freeAddress(), await freeAddress()]
  const [cert = '', key = ''] = await Promise.all(
    ['crt', 'key'].map((end) => readFile(join(stateDir, 'certificates', `soju.${end}`), 'utf8')),
  )
  const front = await startFront({
    ...{ plain: plainAt, tls: tlsAt, certificate: { cert, key } },
    contextOf: () => undefined,
    routeOf: async () => services.soju.plain,
  })
  const silent = [plainAt, tlsAt].map((address) => hearing(connectPlain(address)))
  for (const { socket } of silent) await once(socket, 'connect')
  // By now the server has taken the others too, which came before.
  const speaking = hearing(connect({ ...tlsAt, ca: cert, servername: 'localhost' }))
  await once(speaking.socket, 'secureConnect')
  await front.stop()
  for (const one of [...silent, speaking]) await one.closed()
})

test('where one of its ports is taken it has neither', async () => {
  const [plainAt, tlsAt] = [await freeAddress(), await freeAddress()]
  const certificate = await keptCertificate(join(stateDir, 'certificates'), 'soju', 'server', ['localhost'])
  const other = createServer().listen(tlsAt)
  await once(other, 'listening')
  const routeOf = async () => services.soju.plain
  const options = { plain: plainAt, tls: tlsAt, certificate, contextOf: () => undefined, routeOf }
  await expect(startFront(options)).rejects.toThrow(/EADDRINUSE/)
  await assertFree(plainAt, 'the port')
  other.close()
})

test('of a move to a soju that cannot be started nothing is left', async () => {
  const folder = join(stateDir, 'dedicated', 'bob')
  await mkdir(join(folder, 'soju.conf'), { recursive: true })
  expect(await apply({ username: 'bob', placement: 'dedicated' })).toMatchObject({
    placement: 'shared',
    moveFailure: expect.stringMatching(/moved later/),
  })
  expect(services.dedicated.running()).toEqual([])
  expect(existsSync(folder)).toBe(false)
  await signIn('bob')
})
