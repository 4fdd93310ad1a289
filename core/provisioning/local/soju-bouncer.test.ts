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
})
afterAll(() => remove?.())

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

test('a member who pastes a lot keeps soju busy for their own bouncer alone', async () => {
  platform.passwords.set('soju/alice', 'alice’s')
  for (const name of ['alice', 'bob']) await apply(name)
  await expect.poll(async () => (await apply('alice')).upstreams[0]?.state).toBe('connected')
  const client = await IrcProbe.login(services.addresses.bouncer, {
    ...{ nick: 'alice', account: 'alice/n', password: 'alice’s' },
  })
  // soju passes on a few at once, then one every two seconds, and keeps 64; with one more it hears nothing else of alice.
  let taken: Promise<void> | undefined
  for (let line = 0; line < 200; line++) {
    client.send(`PRIVMSG bob :line ${line}`)
    if (line === 60) taken = client.acted()
  }
  // It is nearly there now, and the rest is right behind: what it is asked from here on comes later.
  await taken
  let isOver = false
  const busy = expect(apply('alice').finally(() => (isOver = true))).rejects.toThrow('The bouncer did not answer.')
  for (let turn = 0; turn < 3; turn++) await apply('bob')
  expect(isOver).toBe(false)
  await busy
  client.close()
})

test('one that soju does not load stops nobody else, keeps what it has, and can be removed', async () => {
  await apply('bob')
  await apply('broken')
  const db = new DatabaseSync(services.soju.data, { timeout: 5000 })
  const network = () =>
    db
      .prepare('select Network.id, Network.enabled from Network join User on User.id = user where User.username = ?')
      .get('broken')
  const { id } = network() as { id: number }
  const { service } = services.soju
  const outcome = (username: string) => apply(username).then(() => 'applied', String)
  async function loadedAs(enabled: string): Promise<void> {
    db.prepare('update Network set enabled = ? where id = ?').run(enabled, id)
    process.kill(service.pid!, 'SIGKILL')
    await expect.poll(() => outcome('bob')).toBe('applied')
  }
  await loadedAs('nonsense')
  const { pid } = service
  expect(await outcome('broken')).toMatch(/does not create the user yet/)
  db.prepare('update Network set enabled = 1 where id = ?').run(id)
  // Made of what it has, with which it comes to run now.
  expect(await outcome('broken')).toMatch(/does not create the user yet/)
  expect(await outcome('broken')).toBe('applied')
  expect(network()).toMatchObject({ id })
  expect(service.pid).toBe(pid)
  await loadedAs('nonsense')
  await provisioner.removeBouncer({ id: 'broken', name: 'broken' })
  expect(db.prepare('select * from Network where id = ?').get(id)).toBeUndefined()
  db.close()
})

test('one that soju never forgets is an error in time', async () => {
  const admin = { run: async () => ['alice: 0 networks'] } as unknown as SojuAdmin
  await expect(new SojuBouncer({ ...services.soju, admin }, 'alice').delete()).rejects.toThrow(ProvisionerUnavailable)
})
