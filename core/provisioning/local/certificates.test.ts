import { X509Certificate } from 'node:crypto'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { issuedCertificate, keptCertificate, localAuthority } from './certificates.ts'
import { createHostnames } from './hostnames.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'certificates-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('a certificate is made once, for its names, and only its owner reads it', async () => {
  const first = await keptCertificate(folder, 'ergo', 'server', ['net.irc.now', '127.0.0.1', '::1'])
  const certificate = new X509Certificate(first.cert)
  expect(certificate.checkHost('net.irc.now')).toBe('net.irc.now')
  expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1')
  expect(certificate.checkHost('evil.example')).toBeUndefined()
  const days = (certificate.validToDate.getTime() - certificate.validFromDate.getTime()) / 86_400_000
  expect(Math.round(days / 365)).toBe(10)
  for (const path of [first.certPath, first.keyPath]) expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await keptCertificate(folder, 'ergo', 'server', ['net.irc.now'])).toEqual(first)
})

test('one that is broken or whose making was cut short is made anew', async () => {
  const first = await keptCertificate(folder, 'ergo', 'server', ['a'])
  for (const broken of ['', 'nonsense']) {
    await writeFile(first.certPath, broken)
    const next = await keptCertificate(folder, 'ergo', 'server', ['a'])
    expect(next.fingerprint).not.toBe(first.fingerprint)
    expect(new X509Certificate(next.cert).checkPrivateKey).toBeTypeOf('function')
  }
})

test('host names that are served at once are all vouched for by the authority that is kept', async () => {
  const hostnames = await createHostnames(folder)
  const names = ['a.example', 'b.example', 'c.example', 'd.example']
  await Promise.all(names.map((name) => hostnames.serve(name, name)))
  const read = async (name: string) => new X509Certificate(await readFile(join(folder, 'certificates', name)))
  const authority = await read('authority.crt')
  for (const name of names)
    expect([name, (await read(`hosts/${name}.crt`)).verify(authority.publicKey)]).toEqual([name, true])
})

test('one of another authority of the same name, or beside another key, is made anew', async () => {
  const made = await issuedCertificate(await localAuthority(folder), folder, 'a.example')
  await rm(join(folder, 'authority.crt'))
  const authority = await localAuthority(folder)
  const again = await issuedCertificate(authority, folder, 'a.example')
  expect(new X509Certificate(made.cert).verify(new X509Certificate(authority.cert).publicKey)).toBe(false)
  expect(new X509Certificate(again.cert).verify(new X509Certificate(authority.cert).publicKey)).toBe(true)
  await writeFile(again.keyPath, made.key)
  expect((await issuedCertificate(authority, folder, 'a.example')).fingerprint).not.toBe(again.fingerprint)
})
