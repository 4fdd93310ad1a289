import { afterEach, beforeEach, expect, test } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { createFakeDns, type FakeName } from '../provisioning/dns.fake.ts'
import { type Dns, DnsUnavailable } from '../provisioning/dns.port.ts'
import type { DesiredBouncer, Provisioner } from '../provisioning/provisioner.port.ts'
import type { Database } from '../store/database.ts'
import { type ReconcileDeps, reconcileBouncer } from './reconcile-bouncer.ts'

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

  async function reconcile(member: string, changed: Partial<ReconcileDeps> = {}): Promise<void> {
    const { id } = await database.kysely
      .selectFrom('bouncers')
      .select('id')
      .where('username', '=', member)
      .executeTakeFirstOrThrow()
    await reconcileRow(id, changed)
  }
  const reconcileRow = (id: string, changed: Partial<ReconcileDeps> = {}) =>
    reconcileBouncer(id, {
      ...{ provisioner, dns: createFakeDns(names), publicHost: '127.0.0.1', key: platform.keyring.key },
      open: platform.keyring.open,
      transaction: platform.runtime.transaction,
      now: platform.runtime.now,
      ownNetwork: { host: '127.0.0.1', port: 6667, tls: false, serverFingerprint: null },
      ...changed,
    })
  const events = async (name: string) => {
    const of = database.kysely.selectFrom('events').innerJoin('accounts', 'accounts.id', 'events.account_id')
    const rows = await of.select('message').where('accounts.name', '=', name).orderBy('events.id').execute()
    return rows.map(({ message }) => message)
  }
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
    const both = { texts: [records[1].value, theirs[1].value] }
    names.set('_irc-now.irc.example.org', both)
    await reconcile('bob')
    const belongs = {
      phase: 'unverified',
      // He is on the shared service, which is not reached by it either.
      message:
        'irc.example.org belongs to another bouncer as long as its TXT record is there too. It is reached by that name once it has a service of its own: “bouncer update main --dedicated”.',
    }
    expect(await say('bob')).toEqual(belongs)
    const told = await events('bob')
    await reconcile('bob')
    expect(await events('bob')).toEqual(told)
    expect((await say()).phase).toBe('verified')

    // The domain is somebody else's now; but not for want of an answer.
    names.set('_irc-now.irc.example.org', { texts: [theirs[1].value] })
    const answers = createFakeDns(names)
    let asked = 0
    const texts: Dns['texts'] = async (name) => {
      asked += 1
      if (asked > 1) throw new DnsUnavailable('The name servers do not answer.')
      return answers.texts(name)
    }
    await reconcile('bob', { dns: { ...answers, texts } })
    expect([asked, await say('bob'), (await say()).phase]).toEqual([2, belongs, 'verified'])
    // Nor for one that has given it up meanwhile.
    const givingUp: Dns['texts'] = async (name) => {
      await call('bob', 'bouncer.hostname.remove')
      return answers.texts(name)
    }
    await reconcile('bob', { dns: { ...answers, texts: givingUp } })
    expect((await say()).phase).toBe('verified')
    await call('bob', 'bouncer.hostname.set', { hostname: 'irc.example.org' })
    await reconcile('bob')
    expect(await say('bob')).toMatchObject({
      phase: 'verified',
      message: expect.stringMatching(/a service of its own/),
    })
    expect(await events('alice')).toContain(
      'irc.example.org is proved to be another bouncer’s; “main” is reached by it no more.',
    )
    await reconcile('alice')
    expect(applied.at(-1)).toMatchObject({ username: 'alice', hostname: null })
    expect(await say()).toMatchObject({ phase: 'unverified', message: expect.stringMatching(/is not “irc-now=/) })

    await call('alice', 'bouncer.hostname.remove')
    await reconcile('alice')
    expect(await say()).toEqual({ phase: 'none', message: null })
  })

  test('a host name is not taken for proved that takes the place of one just as that is', async () => {
    const { records } = await platform.call('alice', 'bouncer.hostname.set', { hostname: 'irc.example.org' })
    names.set('_irc-now.irc.example.org', { texts: [records[1].value] })
    names.set('irc.example.org', { addresses: ['127.0.0.1'] })
    const other = { hostname: 'irc.example.com' }
    // Where transactions run at once, it is changed in the midst of it.
    const meanwhile = () =>
      database.kind === 'pglite' ? undefined : platform.call('alice', 'bouncer.hostname.set', other)
    const transaction: ReconcileDeps['transaction'] = (work) =>
      platform.runtime.transaction((store) => {
        const hostnameSeen: typeof store.bouncers.hostnameSeen = async (...seen) => {
          await meanwhile()
          return store.bouncers.hostnameSeen(...seen)
        }
        return work({ ...store, bouncers: { ...store.bouncers, hostnameSeen } })
      })
    await reconcile('alice', { transaction })
    if (database.kind === 'pglite') await platform.call('alice', 'bouncer.hostname.set', other)
    const { hostname, status } = await platform.call('alice', 'bouncer.hostname.show')
    expect(hostname).toBe('irc.example.com')
    expect(status.phase).not.toBe('verified')
  })
})
