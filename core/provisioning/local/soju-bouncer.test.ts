import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalProvisioner } from '../provisioner.local.ts'
import { type DesiredBouncer, type Provisioner, ProvisionerUnavailable } from '../provisioner.port.ts'
import { IrcProbe } from './irc-probe.ts'
import type { SojuAdmin } from './soju-admin.ts'
import { SojuBouncer } from './soju-bouncer.ts'
import { startTestServices, type TestServices } from './test-services.ts'

let platform: TestServices['platform']
let services: TestServices['services']
let remove: TestServices['remove'] | undefined
let provisioner: Provisioner

beforeAll(async () => {
  ;({ platform, services, remove } = await startTestServices())
  provisioner = await createLocalProvisioner(services)
}, 60_000)
afterAll(() => remove?.(), 60_000)

function apply(username: string) {
  const upstream = {
    ...{ name: 'n', ...services.addresses.irc, tls: false, serverFingerprint: null, nick: username, username: null },
    ...{
      realname: null,
      pass: null,
      sasl: { mechanism: 'none' as const },
      channels: [],
      enabled: true,
      managed: false,
    },
    digest: 'x',
  }
  const desired: DesiredBouncer = {
    ...{ id: username, username, nick: username, realname: 'A Member', enabled: true, restarts: 0, signOuts: 0 },
    ...{ upstreams: [upstream], placement: 'shared', hostname: null },
  }
  return provisioner.applyBouncer(desired, () => {})
}

test('a member who pastes a lot keeps soju busy for their own bouncer alone', { timeout: 60_000 }, async () => {
  platform.passwords.set('soju/alice', 'alice’s')
  for (const name of ['alice', 'bob']) await apply(name)
  await expect.poll(async () => (await apply('alice')).upstreams[0]?.state, { timeout: 20_000 }).toBe('connected')
  const client = await IrcProbe.login(services.addresses.bouncer, {
    ...{ nick: 'alice', account: 'alice/n', password: 'alice’s' },
  })
  // soju passes on one every two seconds, and hears nothing else of alice meanwhile.
  for (let line = 0; line < 200; line++) client.send(`PRIVMSG bob :line ${line}`)
  await client.wait(({ command }) => command === '001')
  let isOver = false
  const busy = expect(apply('alice').finally(() => (isOver = true))).rejects.toThrow('The bouncer did not answer.')
  for (let turn = 0; turn < 3; turn++) await apply('bob')
  expect(isOver).toBe(false)
  await busy
  client.close()
})

test('soju is started anew for one that it stores but has not loaded, for no other', { timeout: 60_000 }, async () => {
  const { pid } = services.soju.service
  const db = new DatabaseSync(services.soju.data, { timeout: 5000 })
  db.exec("insert into User (username, created_at) values ('crashed', 'x')")
  await provisioner.removeBouncer({ id: 'nobody', name: 'nobody' })
  expect(services.soju.service.pid).toBe(pid)
  await expect(provisioner.removeBouncer({ id: 'crashed', name: 'crashed' })).rejects.toThrow(/being restarted/)
  const removed = () => provisioner.removeBouncer({ id: 'crashed', name: 'crashed' }).then(() => true, String)
  await expect.poll(removed, { timeout: 20_000 }).toBe(true)
  expect(db.prepare("select * from User where username = 'crashed'").get()).toBeUndefined()
  db.close()
  expect(services.soju.service.pid).not.toBe(pid)
})

test('one that soju never forgets is an error in time', { timeout: 20_000 }, async () => {
  const admin = { run: async () => ['alice: 0 networks'] } as unknown as SojuAdmin
  await expect(new SojuBouncer({ ...services.soju, admin }, 'alice').delete()).rejects.toThrow(ProvisionerUnavailable)
})
