import { afterAll, beforeAll, expect, test } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { createFakeDns } from '../provisioning/dns.fake.ts'
import type { DesiredBouncer, Provisioner } from '../provisioning/provisioner.port.ts'
import type { Database } from '../store/database.ts'
import { reconcileBouncer } from './reconcile-bouncer.ts'

/** A world that follows at once. */
const obedient = {
  applyBouncer: async (desired: DesiredBouncer) => ({
    upstreams: desired.upstreams.map(({ name, nick, enabled }) => ({
      name,
      state: desired.enabled && enabled ? 'connected' : 'disabled',
      nick,
      error: null,
      certificateFingerprint: null,
    })),
    placement: desired.placement,
    moveFailure: null,
    hostnameFingerprint: null,
  }),
} as unknown as Provisioner

onBothDatabases('what is told of a bouncer', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  let alice: string
  let seen = '0'
  beforeAll(async () => {
    database = await open()
    platform = await createTestPlatform(database)
    alice = await platform.member('alice')
    await platform.call('alice', 'bouncer.create')
  })
  afterAll(() => database?.close())

  /** What the reconciler tells of the bouncer itself. */
  async function told(): Promise<string[]> {
    const { runtime, keyring } = platform
    const { transaction, now } = runtime
    const [bouncer] = await runtime.read((store) => store.bouncers.list(alice))
    seen = await runtime.read((store) => store.events.lastId(alice))
    const ownNetwork = { host: '127.0.0.1', port: 6697, tls: true, serverFingerprint: null }
    const deps = {
      ...{ transaction, now, provisioner: obedient, key: keyring.key, open: () => '', ownNetwork },
      ...{ dns: createFakeDns(new Map()), publicHost: '127.0.0.1' },
    }
    // Nothing has changed the second time, so nothing is said again.
    for (let n = 0; n < 2; n += 1) await reconcileBouncer(bouncer!.id, deps)
    const events = await runtime.read((store) => store.events.after(alice, seen))
    return events.filter(({ subject }) => subject === 'bouncer/main').map(({ type, message }) => `${type}: ${message}`)
  }
  const shown = async () => (await platform.call('ops', 'bouncer.show', {}, { as: 'alice' })).status

  test('ready where it is, switched off where it is off, stopped where its account is suspended', async () => {
    const ready = ['bouncer.ready: The bouncer “main” is ready.']
    expect(await told()).toEqual(ready)
    await platform.call('alice', 'bouncer.update', { enabled: false })
    expect(await told()).toEqual(['bouncer.stopped: The bouncer “main” is switched off.'])
    expect(await shown()).toEqual({ phase: 'stopped', message: null })
    await platform.call('alice', 'bouncer.update', { enabled: true })
    expect(await told()).toEqual(ready)
    await platform.call('ops', 'account.suspend', { name: 'alice' })
    expect(await told()).toEqual(['bouncer.stopped: The bouncer “main” is stopped: its account is suspended.'])
    expect(await shown()).toEqual({ phase: 'stopped', message: 'Its account is suspended.' })
    await platform.call('ops', 'account.resume', { name: 'alice' })
    expect(await told()).toEqual(ready)
  })

  test('also where it is not on net.irc.now', async () => {
    await platform.call('alice', 'upstream.update', { name: 'net.irc.now', enabled: false })
    await told()
    await platform.call('alice', 'bouncer.update', { enabled: false })
    expect(await told()).toEqual(['bouncer.stopped: The bouncer “main” is switched off.'])
  })
})
