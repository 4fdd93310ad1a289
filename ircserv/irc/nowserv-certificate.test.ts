import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { type CertificateFiles, keptCertificate } from '@irc-now/core/provisioning/local/certificates'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { quietLog } from '../../test/quiet-log.ts'
import type { NowServDeps } from './deps.ts'
import { startNowServ } from './nowserv.ts'

let folder: string
let server: Server
let certificate: CertificateFiles
let client: CertificateFiles
let refusals = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nowserv-certificate-'))
  certificate = await keptCertificate(folder, 'server', 'server', ['localhost'])
  client = await keptCertificate(folder, 'client', 'client', [])
  // As much of an IRC server as it takes to be believed.
  server = createServer({ cert: certificate.cert, key: certificate.key }, (socket) => {
    socket.on('error', () => {})
    socket.on('close', () => (refusals += 1))
    socket.on('data', (chunk) => {
      if (/^USER /m.test(String(chunk))) socket.write(':server 001 NowServ :Welcome\r\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true, force: true })
})

const deps = {
  operations: [],
  now: () => Date.now(),
  random: (bytes: number) => Buffer.alloc(bytes),
  log: quietLog,
} as unknown as NowServDeps

const start = (serverFingerprint: string) =>
  startNowServ(
    {
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      tls: true,
      nick: 'NowServ',
      account: '',
      password: '',
      clientCertificate: { certificate: client.cert, privateKey: client.key },
      serverFingerprint,
    },
    deps,
  )

test('NowServ believes the one server whose certificate it was told, self-signed as it is', async () => {
  const nowserv = start(certificate.fingerprint)
  await expect.poll(() => nowserv.connected).toBe(true)
  await nowserv.stop()
  expect(nowserv.connected).toBe(false)
})

test('another server in its place learns nothing and is not believed', async () => {
  const before = refusals
  const nowserv = start('00'.repeat(32))
  await expect.poll(() => refusals).toBeGreaterThan(before + 1)
  expect(nowserv.connected).toBe(false)
  await nowserv.stop()
})
