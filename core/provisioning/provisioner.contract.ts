import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFailed, test } from 'vitest'
import { IrcProbe } from './local/irc-probe.ts'
import {
  type DesiredBouncer,
  type DesiredUpstream,
  type ObservedUpstream,
  type Provisioner,
  ProvisionerRejected,
  ProvisionerUnavailable,
} from './provisioner.port.ts'

interface Address {
  readonly host: string
  readonly port: number
}

/** A running platform to provision: a bouncer service, net.irc.now, and something that answers for passwords. */
export interface ProvisionerHarness {
  readonly provisioner: Provisioner
  /** Where clients reach the bouncer and net.irc.now, plain. */
  readonly bouncer: Address
  readonly network: Address
  /** How bouncers reach net.irc.now. */
  readonly upstream: Pick<DesiredUpstream, 'host' | 'port' | 'tls' | 'serverFingerprint'>
  /** Lets a name in with a password, from now on; undefined lets it in no more. */
  setPassword(service: 'soju' | 'ergo', name: string, password: string | undefined): void
  /** Kills the service without any warning; it comes back by itself. */
  kill(service: 'soju' | 'ergo'): void
  /** The last that the services said, for a test that fails. */
  said(): string
  close(): Promise<void>
}

const quiet = () => {}

/** The promises of the port, kept by each adapter. */
export function provisionerContract(adapter: string, make: () => Promise<ProvisionerHarness>): void {
  describe(`${adapter} provisioner`, () => {
    let harness: ProvisionerHarness
    let provisioner: Provisioner
    const probes: IrcProbe[] = []
    let count = 0

    beforeAll(async () => {
      harness = await make()
      provisioner = harness.provisioner
    })
    beforeEach(() => onTestFailed(() => console.log(harness.said())))
    afterEach(() => {
      for (const probe of probes.splice(0)) probe.close()
    })
    afterAll(() => harness?.close())

    /** A member with an account on net.irc.now and a password for each way in. */
    async function member(): Promise<{ name: string; desired: DesiredBouncer }> {
      const name = `m${++count}x${process.pid}`
      harness.setPassword('ergo', name, 'secret of the bouncer')
      harness.setPassword('soju', name, 'app password')
      await provisioner.applyNetworkAccount({ id: name, name, suspended: false, signOuts: 0 })
      return { name, desired: bouncerOf(name, [upstreamOf(name)]) }
    }

    function upstreamOf(name: string, changes: Partial<DesiredUpstream> = {}): DesiredUpstream {
      const upstream: Omit<DesiredUpstream, 'digest'> = {
        managed: true,
        name: 'net.irc.now',
        ...harness.upstream,
        nick: name,
        username: null,
        realname: null,
        pass: null,
        sasl: { mechanism: 'plain', username: name, password: 'secret of the bouncer' },
        channels: [],
        enabled: true,
        ...changes,
      }
      return { ...upstream, digest: createHash('sha256').update(JSON.stringify(upstream)).digest('hex') }
    }

    function bouncerOf(username: string, upstreams: readonly DesiredUpstream[]): DesiredBouncer {
      return {
        id: username,
        username,
        nick: username,
        realname: 'A Member',
        enabled: true,
        restarts: 0,
        signOuts: 0,
        upstreams,
        placement: 'shared',
        hostname: null,
      }
    }

    async function until<T>(look: () => Promise<T>, matches: (value: T) => boolean): Promise<T> {
      for (;;) {
        const value = await look()
        if (matches(value)) return value
        await delay(20)
      }
    }

    const observed = (username: string, name = 'net.irc.now') =>
      provisioner.observeBouncer(username).then((upstreams) => upstreams?.find((upstream) => upstream.name === name))
    const connected = (username: string, name?: string) =>
      until<ObservedUpstream | undefined>(
        () => observed(username, name).catch(ignoreOutage),
        (upstream) => upstream?.state === 'connected' && upstream.error === null,
      )

    function ignoreOutage(error: unknown): undefined {
      if (!(error instanceof ProvisionerUnavailable)) throw error
      return undefined
    }

    async function loginToBouncer(name: string, network = 'net.irc.now', password = 'app password') {
      const account = `${name}/${network}`
      const probe = await IrcProbe.login(harness.bouncer, { nick: name, account, password, caps: ['server-time'] })
      probes.push(probe)
      return probe
    }

    async function loginToNetwork(nick: string, password?: string) {
      const login = password === undefined ? { nick } : { nick, account: nick, password, caps: ['account-tag'] }
      const probe = await IrcProbe.login(harness.network, login)
      probes.push(probe)
      return probe
    }

    /** Somebody on net.irc.now whom it tells that a nick is there (730), as it is now, and no longer (731). */
    async function watcherOf(nick: string) {
      const watcher = await loginToNetwork(`watch${count}`)
      watcher.send(`MONITOR + ${nick}`)
      await watcher.wait(({ command }) => command === '730')
      return watcher
    }

    const retried = <T>(action: () => Promise<T>): Promise<T> =>
      until<T | undefined>(
        () => action().catch(ignoreOutage),
        (value) => value !== undefined,
      ) as Promise<T>

    test('a created bouncer connects as the account, and a client chats through it', async () => {
      const { name, desired } = await member()
      const steps: string[] = []
      await provisioner.applyBouncer(desired, (step) => steps.push(step))
      expect(steps).toEqual(['creating the bouncer', 'setting up net.irc.now'])
      await connected(name)
      const client = await loginToBouncer(name)
      const friend = await IrcProbe.login(harness.network, { nick: `friend${count}`, caps: ['account-tag'] })
      probes.push(friend)
      client.send(`PRIVMSG friend${count} :hello from behind the bouncer`)
      const heard = await friend.message(name, 'hello from behind the bouncer')
      expect(heard.tags.account).toBe(name)
      friend.send(`PRIVMSG ${name} :hello back`)
      await client.message(`friend${count}`, 'hello back')
    })

    test('applying the same again changes nothing', async () => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
      const client = await loginToBouncer(name)
      const steps: string[] = []
      await provisioner.applyBouncer(desired, (step) => steps.push(step))
      expect(steps).toEqual([])
      expect((await observed(name))?.state).toBe('connected')
      await client.acted()
    })

    test('two applications at once make one bouncer', async () => {
      const { name, desired } = await member()
      const results = await Promise.allSettled([1, 2, 3].map(() => provisioner.applyBouncer(desired, quiet)))
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
      await connected(name)
      expect(await provisioner.observeBouncer(name)).toHaveLength(1)
    })

    test('wrong passwords stay out, and nobody gets into another’s bouncer', async () => {
      const { name, desired } = await member()
      const other = await member()
      await provisioner.applyBouncer(desired, quiet)
      await provisioner.applyBouncer(other.desired, quiet)
      harness.setPassword('soju', other.name, 'another app password')
      await expect(loginToBouncer(name, 'net.irc.now', 'wrong')).rejects.toThrow(/904|464/)
      await expect(loginToBouncer(name, 'net.irc.now', 'another app password')).rejects.toThrow(/904|464/)
      await expect(loginToNetwork(name, 'wrong')).rejects.toThrow(/904/)
      await expect(loginToNetwork(name)).rejects.toThrow(/433/)
    })

    test('upstreams are added, changed and removed to match exactly', async () => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      const guest = upstreamOf(`${name}g`, { name: 'second', sasl: { mechanism: 'none' }, channels: ['#one', '#two'] })
      const two = bouncerOf(name, [...desired.upstreams, guest])
      await provisioner.applyBouncer(two, quiet)
      await connected(name, 'second')
      const client = await loginToBouncer(name, 'second')
      const joined = (channel: string) => client.wait((line) => line.command === '366' && line.params[1] === channel)
      await joined('#one')
      await joined('#two')

      client.send('JOIN #by-hand')
      await joined('#by-hand')
      const moved = upstreamOf(`${name}g`, { ...guest, channels: ['#two', '#three'] })
      await provisioner.applyBouncer(bouncerOf(name, [...desired.upstreams, moved]), quiet)
      await joined('#three')
      await client.wait(({ command, params }) => command === 'PART' && params[0] === '#one')
      expect(client.lines.some(({ command, params }) => command === 'PART' && params[0] === '#by-hand')).toBe(false)

      const renamed = upstreamOf(`${name}h`, { ...moved, nick: `${name}h` })
      await provisioner.applyBouncer(bouncerOf(name, [...desired.upstreams, renamed]), quiet)
      await client.wait(({ command, params }) => command === 'NICK' && params[0] === `${name}h`)

      const off = upstreamOf(`${name}h`, { ...renamed, enabled: false })
      const fifth = await provisioner.applyBouncer(bouncerOf(name, [...desired.upstreams, off]), quiet)
      expect(fifth.upstreams.find((upstream) => upstream.name === 'second')?.state).toBe('disabled')

      const last = await provisioner.applyBouncer(desired, quiet)
      expect(last.upstreams.map((upstream) => upstream.name)).toEqual(['net.irc.now'])
    })

    test('a change that was cut short and then taken back is taken back', async () => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
      const wrong = upstreamOf(name, { sasl: { mechanism: 'plain', username: name, password: 'wrong' } })
      await provisioner.applyBouncer(bouncerOf(name, [wrong]), quiet)
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
    })

    test('an error of the network is told in one clean line', async () => {
      const { name } = await member()
      const nowhere = upstreamOf(name, { host: '127.0.0.1', port: 1, tls: false })
      await provisioner.applyBouncer(bouncerOf(name, [nowhere]), quiet)
      const failed = await until(
        () => observed(name),
        (upstream) => upstream?.error !== null,
      )
      expect(failed?.state).toBe('disconnected')
      expect(failed?.error).toMatch(/refused/)
      expect(failed?.error).not.toMatch(/[\u0000-\u001f]/)
    })

    test('refused credentials are told, and repaired ones sign in at once', async () => {
      const { name, desired } = await member()
      const wrong = upstreamOf(name, { sasl: { mechanism: 'plain', username: name, password: 'wrong' } })
      await provisioner.applyBouncer(bouncerOf(name, [wrong]), quiet)
      const refused = await until(
        () => observed(name),
        (upstream) => upstream?.error !== null,
      )
      expect(refused?.error).toMatch(/without being signed in/)
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
    })

    test('a bouncer that was refused for a moment is signed in again by the next application', async () => {
      const { name, desired } = await member()
      harness.setPassword('ergo', name, undefined)
      await provisioner.applyBouncer(desired, quiet)
      await until(
        () => observed(name),
        (upstream) => upstream?.error !== null,
      )
      harness.setPassword('ergo', name, 'secret of the bouncer')
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
    })

    test('credentials that are not the platform’s own are left to be refused, also on net.irc.now', async () => {
      const { name } = await member()
      const sasl = { mechanism: 'plain' as const, username: name, password: 'wrong' }
      const byHand = bouncerOf(name, [upstreamOf(name, { sasl, managed: false })])
      await provisioner.applyBouncer(byHand, quiet)
      const refused = await until(
        () => observed(name),
        (upstream) => upstream?.error !== null,
      )
      expect(refused?.state).toBe('connected')
      expect((await provisioner.applyBouncer(byHand, quiet)).upstreams).toEqual([refused])
    })

    test('a client certificate is made once and kept', async () => {
      const { name, desired } = await member()
      const external = upstreamOf(name, { name: 'certified', sasl: { mechanism: 'external' } })
      const first = await provisioner.applyBouncer(bouncerOf(name, [...desired.upstreams, external]), quiet)
      const print = first.upstreams.find((upstream) => upstream.name === 'certified')?.certificateFingerprint
      expect(print).toMatch(/^[0-9a-f]{128}$/)
      expect(first.upstreams.find((upstream) => upstream.name === 'net.irc.now')?.certificateFingerprint).toBeNull()
      const changed = upstreamOf(name, { ...external, realname: 'Changed' })
      const second = await provisioner.applyBouncer(bouncerOf(name, [...desired.upstreams, changed]), quiet)
      expect(second.upstreams.find((upstream) => upstream.name === 'certified')?.certificateFingerprint).toBe(print)
    })

    test('a restart drops clients and connects anew, once', async () => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
      const client = await loginToBouncer(name)
      const again = { ...desired, restarts: 1 }
      await provisioner.applyBouncer(again, quiet)
      await client.ended()
      await connected(name)
      const other = await loginToBouncer(name)
      await provisioner.applyBouncer(again, quiet)
      await other.acted()
    })

    test('a sign-out ends client sessions and leaves the upstream connected', async () => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
      const friend = await watcherOf(name)
      const client = await loginToBouncer(name)
      harness.setPassword('soju', name, undefined)
      const second = await provisioner.applyBouncer({ ...desired, signOuts: 1 }, quiet)
      await client.ended()
      await expect(loginToBouncer(name)).rejects.toThrow(/904|464/)
      expect(second.upstreams[0]?.state).toBe('connected')
      await friend.acted()
      expect(friend.lines.some(({ command }) => command === '731')).toBe(false)
    })

    test('a disabled bouncer lets nobody in and connects nowhere, until it is enabled', async () => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
      const off = await provisioner.applyBouncer({ ...desired, enabled: false }, quiet)
      expect(off.upstreams.map(({ state }) => state)).toEqual(['disabled'])
      await expect(loginToBouncer(name)).rejects.toThrow(/disabled/)
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
    })

    test('a removed bouncer is gone with all of it, twice is fine, and its name can be used anew', async () => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
      const client = await loginToBouncer(name)
      await provisioner.removeBouncer({ id: name, name })
      await client.ended()
      expect(await provisioner.observeBouncer(name)).toBeNull()
      await provisioner.removeBouncer({ id: name, name })
      await expect(loginToBouncer(name)).rejects.toThrow()
      const plain = bouncerOf(name, [])
      expect((await provisioner.applyBouncer(plain, quiet)).upstreams).toEqual([])
      expect((await provisioner.applyBouncer(desired, quiet)).upstreams).toHaveLength(1)
      await connected(name)
    })

    test('all that was applied is listed until it is removed', async () => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      const mine = async () => {
        const { bouncers, networkAccounts } = await provisioner.applied()
        return [bouncers, networkAccounts].map((owned) => owned.filter((one) => one.id === name))
      }
      const owned = { id: name, name }
      expect(await mine()).toEqual([[owned], [owned]])
      await provisioner.removeBouncer(owned)
      expect(await mine()).toEqual([[], [owned]])
      await provisioner.removeNetworkAccount(owned)
      expect(await mine()).toEqual([[], []])
    })

    test('a bouncer has nothing of a former one of its name, whose removal does not touch it', async () => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
      const client = await loginToBouncer(name)
      await provisioner.applyBouncer({ ...desired, id: 'later' }, quiet)
      await client.ended()
      await connected(name)
      await provisioner.removeBouncer({ id: name, name })
      expect((await observed(name))?.state).toBe('connected')
      await provisioner.removeBouncer({ id: 'later', name })
      expect(await provisioner.observeBouncer(name)).toBeNull()
    })

    test('an account has nothing of a former one of its name, whose removal does not touch it', async () => {
      const { name } = await member()
      const former = await loginToNetwork(name, 'secret of the bouncer')
      const upper = name.toUpperCase()
      await provisioner.applyNetworkAccount({ id: 'later', name: upper, suspended: false, signOuts: 2 })
      await former.ended()
      await provisioner.removeNetworkAccount({ id: name, name })
      await expect(loginToNetwork(name)).rejects.toThrow(/433/)
      await provisioner.removeNetworkAccount({ id: 'later', name: upper })
      await loginToNetwork(name)
    })

    test('a suspended account is thrown off net.irc.now and comes back when resumed', async () => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
      const friend = await watcherOf(name)
      harness.setPassword('ergo', name, undefined)
      await provisioner.applyNetworkAccount({ id: name, name, suspended: true, signOuts: 0 })
      await provisioner.applyNetworkAccount({ id: name, name, suspended: true, signOuts: 0 })
      // Asked of the network: soju is back at once, as a guest, and whoever asks it how it stands may miss that it was away.
      await friend.wait(({ command }) => command === '731')
      harness.setPassword('ergo', name, 'secret of the bouncer')
      await provisioner.applyNetworkAccount({ id: name, name, suspended: false, signOuts: 1 })
      await connected(name)
    })

    test('a network sign-out ends direct sessions; the bouncer’s own comes back at once', async () => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
      const direct = await loginToNetwork(name, 'secret of the bouncer')
      await provisioner.applyNetworkAccount({ id: name, name, suspended: false, signOuts: 1 })
      await direct.ended()
      await connected(name)
      const again = await loginToNetwork(name, 'secret of the bouncer')
      await provisioner.applyNetworkAccount({ id: name, name, suspended: false, signOuts: 1 })
      await again.acted()
    })

    test('an account takes its nick from whoever sat on it, and gives it free when removed', async () => {
      const name = `late${process.pid}`
      const squatter = await loginToNetwork(name)
      harness.setPassword('ergo', name, 'mine')
      await provisioner.applyNetworkAccount({ id: name, name, suspended: false, signOuts: 0 })
      await squatter.wait(({ command, source }) => command === 'NICK' && source.startsWith(name))
      const owner = await loginToNetwork(name, 'mine')
      owner.send('NICK somethingelse')
      await owner.wait(({ command }) => command === '400')
      await expect(loginToNetwork(name)).rejects.toThrow(/433/)
      await provisioner.removeNetworkAccount({ id: name, name })
      await owner.ended()
      await provisioner.removeNetworkAccount({ id: name, name })
      await loginToNetwork(name)
    })

    test('a member who unregistered with NickServ is let in again by the next application', async () => {
      const { name } = await member()
      const owner = await loginToNetwork(name, 'secret of the bouncer')
      owner.send(`NS UNREGISTER ${name}`)
      const notice = await owner.wait(({ params }) => / UNREGISTER \S+ \S+$/.test(params.at(-1) ?? ''))
      owner.send(`NS UNREGISTER ${name} ${notice.params.at(-1)?.split(' ').at(-1)}`)
      await owner.ended()
      await expect(loginToNetwork(name, 'secret of the bouncer')).rejects.toThrow(/904/)
      await provisioner.applyNetworkAccount({ id: name, name, suspended: false, signOuts: 0 })
      await loginToNetwork(name, 'secret of the bouncer')
    })

    test('nobody can set credentials that the platform does not know', async () => {
      const { name } = await member()
      const owner = await loginToNetwork(name, 'secret of the bouncer')
      for (const command of ['NS PASSWD mine mine mine', `NS CERT ADD ${'ab'.repeat(32)}`, 'NS REGISTER mine']) {
        owner.send(command)
      }
      owner.send('NS SET ENFORCE none')
      await owner.acted()
      await expect(loginToNetwork(name, 'mine')).rejects.toThrow(/904/)
      await expect(loginToNetwork(name)).rejects.toThrow(/433/)
    })

    test.each(['soju', 'ergo'] as const)('after a kill -9 of %s everything comes back', async (service) => {
      const { name, desired } = await member()
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
      harness.kill(service)
      await retried(() => provisioner.applyBouncer(desired, quiet))
      await until(
        () => observed(name).catch(ignoreOutage),
        (upstream) => upstream !== undefined,
      )
      await connected(name)
      const client = await retried(() => loginToBouncer(name).catch(() => undefined as never))
      // Said again and again: until soju has noticed that ergo is gone, it looks connected, and what is said is lost.
      const say = () => client.send(`PRIVMSG ${name} :to myself`)
      say()
      const saying = setInterval(say, 200)
      await client.message(name, 'to myself').finally(() => clearInterval(saying))
      const health = await until(
        () => provisioner.health(),
        (parts) => parts.every(({ healthy }) => healthy),
      )
      expect(health.map((part) => part.name)).toEqual(expect.arrayContaining(['soju', 'ergo']))
    })

    test('killed in the middle of creates, updates and deletes, all converge with nothing lost or left over', async () => {
      const members = await Promise.all(Array.from({ length: 3 }, member))
      for (const service of ['soju', 'ergo'] as const) {
        for (const { name, desired } of members) {
          const more = bouncerOf(name, [
            ...desired.upstreams,
            upstreamOf(`${name}g`, { name: 'second', sasl: { mechanism: 'none' } }),
          ])
          const work = [
            provisioner.applyBouncer(more, quiet),
            provisioner.applyNetworkAccount({ id: name, name, suspended: false, signOuts: 0 }),
          ]
          harness.kill(service)
          await Promise.allSettled(work)
          await retried(() => provisioner.applyBouncer(desired, quiet))
          harness.kill(service)
          await retried(() => provisioner.removeBouncer({ id: name, name }).then(() => true))
          expect(await retried(() => provisioner.observeBouncer(name).then((seen) => ({ seen })))).toEqual({
            seen: null,
          })
        }
      }
      for (const { name, desired } of members) {
        await retried(() =>
          provisioner.applyNetworkAccount({ id: name, name, suspended: false, signOuts: 0 }).then(() => true),
        )
        await retried(() => provisioner.applyBouncer(desired, quiet))
      }
      for (const { name } of members) await connected(name)
    })

    test.each([
      'a\r\nBOUNCERSERV :user delete x',
      'a\nb',
      'a\0b',
      '\u001b[31m',
      '',
      'x'.repeat(1_000_000),
      '"; user create -username evil',
      '-admin',
      'a\' \\" b\\',
      '\u202eright to left שלום',
      '\ud800',
      'a b',
      '../../escape',
      '*',
    ])('text %# breaks out of no field', async (text) => {
      const { name, desired } = await member()
      const variants: DesiredBouncer[] = [
        { ...desired, username: text },
        { ...desired, nick: text },
        { ...desired, realname: text },
        ...(['name', 'host', 'nick', 'username', 'realname', 'pass'] as const).map((field) =>
          bouncerOf(name, [upstreamOf(name, { [field]: text })]),
        ),
        bouncerOf(name, [upstreamOf(name, { channels: [text] })]),
        bouncerOf(name, [upstreamOf(name, { sasl: { mechanism: 'plain', username: text, password: text } })]),
        bouncerOf(name, [upstreamOf(name, { serverFingerprint: text })]),
      ]
      for (const variant of variants) {
        await provisioner.applyBouncer(variant, quiet).catch((error) => {
          expect(error).toBeInstanceOf(ProvisionerRejected)
        })
      }
      await provisioner
        .applyNetworkAccount({ id: 'text', name: text, suspended: false, signOuts: 0 })
        .catch((error) => {
          expect(error).toBeInstanceOf(ProvisionerRejected)
        })
      for (const stranger of ['x', 'evil']) expect(await provisioner.observeBouncer(stranger)).toBeNull()
      await provisioner.applyBouncer(desired, quiet)
      await connected(name)
      expect(await provisioner.observeBouncer(name)).toHaveLength(1)
      await provisioner.removeBouncer({ id: name, name })
    })

    test('a password with every printable character signs in', async () => {
      const { name } = await member()
      const password = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('')
      harness.setPassword('ergo', name, `${password} é🐢 `)
      const upstream = upstreamOf(name, { sasl: { mechanism: 'plain', username: name, password: `${password} é🐢 ` } })
      await provisioner.applyBouncer(bouncerOf(name, [upstream]), quiet)
      await connected(name)
    })
  })
}
