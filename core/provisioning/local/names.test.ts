import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalProvisioner } from '../provisioner.local.ts'
import type { DesiredBouncer, DesiredUpstream, Provisioner } from '../provisioner.port.ts'
import { startTestServices, type TestServices } from './test-services.ts'

// What a home notes holds for whichever soju a bouncer is on.
let started: TestServices
let provisioner: Provisioner

beforeAll(async () => {
  started = await startTestServices()
  provisioner = await createLocalProvisioner(started.services)
})
afterAll(() => started?.remove())

const upstream = (): DesiredUpstream => ({
  ...{ name: 'net.irc.now', ...started.services.addresses.irc, tls: false, serverFingerprint: null, nick: 'alice' },
  ...{ username: null, realname: null, pass: null, sasl: { mechanism: 'none' }, channels: ['#test'], enabled: true },
  ...{ managed: false, digest: 'one' },
})
const apply = (id: string, placement: DesiredBouncer['placement'], nick = 'nick', steps: string[] = []) =>
  provisioner.applyBouncer(
    {
      ...{ id, username: 'alice', nick, realname: 'A Member', enabled: true, restarts: 3, signOuts: 2 },
      ...{ upstreams: [upstream()], placement, hostname: null },
    },
    (step) => steps.push(step),
  )
const remove = (id: string) => provisioner.removeBouncer({ id, name: 'alice' })
const bouncers = async () => (await provisioner.applied()).bouncers
const hasOwn = () => existsSync(join(started.stateDir, 'dedicated', 'alice'))
const onShared = async () => (await started.services.soju.admin.run('server', 'status'))[0]

/** Ends what is being done at the first fault point of a move at which `now` holds, and at each later one. */
async function failing<T>(now: () => boolean, work: () => Promise<T>): Promise<unknown> {
  const holder = globalThis as { [key: symbol]: unknown }
  const key = Symbol.for('irc-now.fault')
  holder[key] = (name: string) => {
    if (name === 'move' && now()) throw new Error('no room on the disk')
  }
  try {
    return await work().catch((error) => error)
  } finally {
    delete holder[key]
  }
}

test('a move changes no note: nothing but the move is done, and all is current afterwards', async () => {
  const steps: string[] = []
  await apply('a', 'shared', 'nick', steps)
  for (const placement of ['dedicated', 'dedicated', 'shared', 'shared'] as const) {
    await apply('a', placement, 'nick', steps)
    expect(await bouncers()).toEqual([{ id: 'a', name: 'alice' }])
  }
  expect(steps).toEqual([
    ...['creating the bouncer', 'setting up net.irc.now'],
    ...['moving to a bouncer of its own', 'moving to the shared bouncer'],
  ])
  await remove('a')
  expect(await bouncers()).toEqual([])
})

test.each(['shared', 'dedicated'] as const)(
  'nothing of a former one of the name is left, wanted %s',
  async (wanted) => {
    for (const former of ['dedicated', 'shared'] as const) {
      await apply('a', former)
      await remove('b')
      expect(await provisioner.observeBouncer('alice')).not.toBeNull()
      const steps: string[] = []
      expect(await apply('b', wanted, 'nick', steps)).toMatchObject({ placement: wanted })
      expect(steps).toEqual(['creating the bouncer', 'setting up net.irc.now'])
      expect(hasOwn()).toBe(wanted === 'dedicated')
      expect(await onShared()).toMatch(wanted === 'shared' ? /^1\/1 / : /^0\/0 /)
      expect(await bouncers()).toEqual([{ id: 'b', name: 'alice' }])
      await remove('b')
    }
  },
)

test('a soju of its own is noted before there is a user in it, and is removed like any other', async () => {
  expect(String(await failing(hasOwn, () => apply('a', 'dedicated')))).toMatch(/no room/)
  expect(hasOwn()).toBe(true)
  expect(await bouncers()).toEqual([{ id: 'a', name: 'alice' }])
  await remove('a')
  expect(hasOwn()).toBe(false)
  expect(await bouncers()).toEqual([])
})
