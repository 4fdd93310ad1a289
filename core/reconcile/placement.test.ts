import { afterEach, beforeEach, expect, test } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { createFakeDns, type FakeName } from '../provisioning/dns.fake.ts'
import type { DesiredBouncer, Provisioner } from '../provisioning/provisioner.port.ts'
import type { Database } from '../store/database.ts'
import { reconcileBouncer } from './reconcile-bouncer.ts'

onBothDatabases('where a bouncer is, and by which name', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  let names: Map<string, FakeName>
  let applied: DesiredBouncer[]
  let moveFailure: string | null
  beforeEach(async () => {
    database = await open()
    platform = await createTestPlatform(database)
    names = new Map()
    applied = []
    moveFailure = null
    for (const name of ['alice', 'bob']) {
      await platform.member(name)
      await givePro(name)
      await platform.call(name, 'bouncer.create')
    }
  })
  afterEach(() => database.close())

  const givePro = (name: string) => platform.call('ops', 'plan.override.set', { name, what: 'pro', reason: 'a gift' })

  /** Moves whatever it is told to. */
  const provisioner = {
    async applyBouncer(desired: DesiredBouncer) {
      applied.push(desired)
      return {
        upstreams: [],
        placement: moveFailure === null ? desired.placement : 'shared',
        moveFailure,
        hostnameFingerprint: desired.placement === 'dedicated' && desired.hostname ? 'cd'.repeat(32) : null,
      }
    },
  } as unknown as Provisioner

  async function reconcile(member: string, transaction = platform.runtime.transaction): Promise<void> {
    const { id } = await database.kysely
      .selectFrom('bouncers')
      .select('id')
      .where('username', '=', member)
      .executeTakeFirstOrThrow()
    await reconcileRow(id, transaction)
  }
  const reconcileRow = (id: string, transaction = platform.runtime.transaction) =>
    reconcileBouncer(id, {
      ...{ provisioner, dns: createFakeDns(names), publicHost: '127.0.0.1', key: platform.keyring.key },
      open: platform.keyring.open,
      transaction,
      now: platform.runtime.now,
      ownNetwork: { host: '127.0.0.1', port: 6667, tls: false, serverFingerprint: null },
    })
  const code = (promise: Promise<unknown>) =>
    promise.then(
      () => 'none',
      (error) => error.code,
    )
  const show = () => platform.call('alice', 'bouncer.show')

  test('it moves for who may have it, and says so meanwhile', async () => {
    const { call } = platform
    expect(await call('alice', 'bouncer.update', { dedicated: true })).toMatchObject({
      placement: 'shared',
      status: { phase: 'pending', message: 'It moves to a bouncer of its own.' },
    })
    moveFailure = 'It is moved later.'
    await reconcile('alice')
    expect(await show()).toMatchObject({ placement: 'shared', status: { message: 'It is moved later.' } })
    moveFailure = null
    await reconcile('alice')
    expect(await show()).toMatchObject({ placement: 'dedicated', status: { message: null } })
    expect((await call('alice', 'bouncer.list')).items).toMatchObject([{ placement: 'dedicated' }])
    await call('alice', 'bouncer.update', { dedicated: false })
    expect((await show()).status.message).toBe('It moves to the shared bouncer.')
  })

  test('it is refused to others, also when two ask at once, and comes back when it is paid for no more', async () => {
    const { call } = platform
    await platform.member('carol')
    await call('carol', 'bouncer.create')
    expect(await code(call('carol', 'bouncer.update', { dedicated: true }))).toBe('quota_reached')
    await givePro('carol')
    await call('carol', 'bouncer.update', { dedicated: true })
    const limit = async () =>
      (await call('carol', 'plan.show')).items.find((one: { limit: string }) => one.limit === 'bouncer.dedicated')
    expect(await limit()).toMatchObject({
      allowed: '1',
      used: '1',
      next: 'for room: bouncer update NAME --no-dedicated',
    })
    await reconcile('carol')
    await call('ops', 'plan.override.remove', { name: 'carol', what: 'pro' })
    await reconcile('carol')
    expect(await limit()).toMatchObject({ allowed: '0', used: '0', next: 'billing upgrade pro' })
    expect(applied.map(({ placement }) => placement)).toEqual(['dedicated', 'shared'])
    expect(await call('carol', 'bouncer.show')).toMatchObject({ placement: 'shared', status: { message: null } })
    await call('ops', 'bouncer.create')
    expect(await code(call('ops', 'bouncer.update', { dedicated: true }))).toBe('none')
  })

  test('of more than the plan allows the rest is on the shared one, and comes back to where it was', async () => {
    const { call } = platform
    const allow = (value: number) =>
      call('ops', 'plan.override.set', { name: 'alice', what: 'bouncer.dedicated', value, reason: 'a gift' })
    await call('ops', 'plan.override.set', { name: 'alice', what: 'bouncers', value: 3, reason: 'a gift' })
    await allow(2)
    await call('alice', 'bouncer.create', { name: 'second' })
    for (const name of ['main', 'second']) await call('alice', 'bouncer.update', { name, dedicated: true })
    const where = async () => {
      applied = []
      const { id } = (await platform.runtime.read((store) => store.accounts.byName('alice'))) as { id: string }
      const rows = await platform.runtime.read((store) => store.bouncers.list(id))
      await Promise.all(rows.filter((row) => row.deleted_at === null).map((row) => reconcileRow(row.id)))
      const listed = (await call('alice', 'bouncer.list')).items as { name: string; placement: string }[]
      return Object.fromEntries(listed.map(({ name, placement }) => [name, placement]))
    }
    expect(await where()).toEqual({ main: 'dedicated', second: 'dedicated' })
    await allow(1)
    expect(await where()).toEqual({ main: 'dedicated', second: 'shared' })
    expect(await code(call('alice', 'bouncer.update', { name: 'second', dedicated: true }))).toBe('quota_reached')
    await call('alice', 'plan.keep', { noun: 'bouncer', names: ['second'] })
    expect(await where()).toEqual({ main: 'shared', second: 'dedicated' })
    // Nothing of it at all, and a day later all of it: as if nothing had been.
    await allow(0)
    expect(await where()).toEqual({ main: 'shared', second: 'shared' })
    await allow(2)
    expect(await where()).toEqual({ main: 'dedicated', second: 'dedicated' })
    await allow(1)
    await call('alice', 'bouncer.update', { name: 'second', dedicated: false })
    expect(await where()).toEqual({ main: 'dedicated', second: 'shared' })
    // What its owner has moved stays off.
    await allow(2)
    expect(await where()).toEqual({ main: 'dedicated', second: 'shared' })
    await call('alice', 'bouncer.update', { name: 'second', dedicated: true })
    await allow(1)
    expect(await where()).toEqual({ main: 'shared', second: 'dedicated' })
    await call('alice', 'bouncer.delete', { name: 'second' }, { confirm: 'second' })
    expect(await where()).toMatchObject({ main: 'dedicated' })
  })

  test('a host name is served once DNS proves it, and nobody else can have it then', async () => {
    const { call } = platform
    await call('alice', 'bouncer.update', { dedicated: true })
    const { records, status } = await call('alice', 'bouncer.hostname.set', { hostname: 'IRC.Example.org' })
    expect(status).toMatchObject({
      phase: 'pending',
      message: expect.stringMatching(/is being looked at.+hostname show/),
    })
    expect(records).toEqual([
      { type: 'A', name: 'irc.example.org', value: '127.0.0.1' },
      { type: 'TXT', name: '_irc-now.irc.example.org', value: expect.stringMatching(/^irc-now=[0-9A-Za-z]{22}$/) },
    ])
    const say = async (member = 'alice') => (await call(member, 'bouncer.hostname.show')).status
    const looks: [FakeName, FakeName, string][] = [
      [{}, {}, 'There is no TXT record at _irc-now.irc.example.org yet.'],
      [{ texts: ['other'] }, {}, `The TXT record at _irc-now.irc.example.org is not “${records[1].value}”.`],
      [{ texts: [records[1].value] }, {}, 'irc.example.org has no address yet.'],
      [
        { texts: [records[1].value] },
        { addresses: ['192.0.2.9'] },
        'irc.example.org leads to 192.0.2.9, not to 127.0.0.1.',
      ],
    ]
    for (const [proof, host, message] of looks) {
      names.set('_irc-now.irc.example.org', proof).set('irc.example.org', host)
      await reconcile('alice')
      expect(await say()).toEqual({ phase: 'unverified', message })
      expect(applied.at(-1)?.hostname).toBeNull()
      expect((await call('alice', 'bouncer.connect')).server).toBe('127.0.0.1')
    }
    await call('bob', 'bouncer.hostname.set', { hostname: 'irc.example.org' })
    names.set('irc.example.org', { addresses: ['192.0.2.9', '127.0.0.1'] })
    await call('alice', 'bouncer.hostname.verify')
    await reconcile('alice')
    expect(await say()).toEqual({ phase: 'verified', message: null })
    expect(applied.at(-1)).toMatchObject({ hostname: 'irc.example.org', placement: 'dedicated' })
    expect(await call('alice', 'bouncer.connect', { client: 'halloy' })).toMatchObject({
      server: 'irc.example.org',
      port: 6698,
      certificateFingerprint: 'cd'.repeat(32),
    })

    const { records: theirs } = await call('bob', 'bouncer.hostname.show')
    names.set('_irc-now.irc.example.org', { texts: [theirs[1].value] })
    await reconcile('bob')
    expect(await say('bob')).toEqual({
      phase: 'unverified',
      // He is on the shared service, which is not reached by it either.
      message:
        'irc.example.org belongs to another bouncer. It is reached by that name once it has a service of its own: “bouncer update main --dedicated”.',
    })
    expect(await code(call('bob', 'bouncer.hostname.set', { hostname: 'irc.example.org', name: 'main' }))).toBe(
      'name_taken',
    )
    await call('alice', 'bouncer.hostname.remove')
    await reconcile('alice')
    expect(await say()).toEqual({ phase: 'none', message: null })
    await reconcile('bob')
    expect((await say('bob')).phase).toBe('verified')
    expect((await say('bob')).message).toMatch(/once it has a service of its own/)
  })

  test('a host name is not taken for proved that takes the place of one just as that is', async () => {
    const { records } = await platform.call('alice', 'bouncer.hostname.set', { hostname: 'irc.example.org' })
    names.set('_irc-now.irc.example.org', { texts: [records[1].value] })
    names.set('irc.example.org', { addresses: ['127.0.0.1'] })
    const other = { hostname: 'irc.example.com' }
    // Where transactions run at once, it is changed in the midst of it.
    const meanwhile = () =>
      database.kind === 'pglite' ? undefined : platform.call('alice', 'bouncer.hostname.set', other)
    await reconcile('alice', (work) =>
      platform.runtime.transaction((store) => {
        const byHostname: typeof store.bouncers.byHostname = async (hostname) => {
          await meanwhile()
          return store.bouncers.byHostname(hostname)
        }
        return work({ ...store, bouncers: { ...store.bouncers, byHostname } })
      }),
    )
    if (database.kind === 'pglite') await platform.call('alice', 'bouncer.hostname.set', other)
    const { hostname, status } = await platform.call('alice', 'bouncer.hostname.show')
    expect(hostname).toBe('irc.example.com')
    expect(status.phase).not.toBe('verified')
  })
})
