import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { quietLog } from '../../test/quiet-log.ts'
import type { Database } from '../store/database.ts'
import { createStores } from '../store/stores.ts'
import { type Duty, type Keeper, keepDuty, type Lease } from './lease.ts'

onBothDatabases('leases', (open) => {
  let database: Database
  let keepers: Keeper[]
  beforeEach(async () => {
    database = await open()
    keepers = []
  })
  afterEach(async () => {
    for (const keeper of keepers) await keeper.stop()
    await database.close()
  })

  const stores = () => createStores(database.kysely)
  const leaseOf = (holder: string): Lease => ({
    take: (name, lifeMs) => stores().leases.take(name, holder, lifeMs),
    renew: (name, lifeMs) => stores().leases.renew(name, holder, lifeMs),
    overdue: (name) => stores().leases.overdue(name, holder),
    release: async (name) => void (await stores().leases.release(name, holder)),
  })
  /** A lease whose database can be taken away, from whoever was given it. */
  const cuttable = (fails: () => Promise<never> = () => Promise.reject(new Error('connection refused'))) => {
    let cut = false
    const over = (sound: Lease): Lease => ({
      take: (...given) => (cut ? fails() : sound.take(...given)),
      renew: (...given) => (cut ? fails() : sound.renew(...given)),
      overdue: (name) => (cut ? fails() : sound.overdue(name)),
      release: (name) => (cut ? fails() : sound.release(name)),
    })
    const set = (away: boolean) => {
      cut = away
    }
    return { over, cut: set }
  }

  /** A duty that notes when it begins and ends, and whether it was ever done by two. */
  function world(lasting?: { patienceMs: number }) {
    const doing = new Set<string>()
    const notes: string[] = []
    const valids = new Map<string, () => boolean>()
    let most = 0
    const duty = (who: string): Duty => ({
      name: 'nowserv',
      lifeMs: 2400,
      endMs: 500,
      ...(lasting && { lasting: { ...lasting, regained: () => void notes.push(`${who} has it again`) } }),
      async begin({ valid }) {
        doing.add(who)
        valids.set(who, valid)
        most = Math.max(most, doing.size)
        notes.push(`${who} begins`)
        return async (lost) => {
          doing.delete(who)
          notes.push(`${who} ${lost ? 'has lost it' : 'ends'}`)
        }
      },
    })
    const keep = async (who: string, lease = leaseOf(who)) => {
      const keeper = await keepDuty(duty(who), lease, quietLog)
      keepers.push(keeper)
      return keeper
    }
    return { notes, keep, most: () => most, valid: (who: string) => valids.get(who)?.() }
  }

  test('one holder has a lease at a time, and has it again at once after its own death', async () => {
    const take = (holder: string, lifeMs: number) => stores().leases.take('nowserv', holder, lifeMs)
    expect(await take('a', 60_000)).toBe(true)
    expect(await take('b', 60_000)).toBe(false)
    expect(await take('a', 1)).toBe(true)
    await delay(20)
    expect(await take('b', 60_000)).toBe(true)
    await stores().leases.release('nowserv', 'a')
    expect(await take('a', 60_000)).toBe(false)
    await stores().leases.release('nowserv', 'b')
    expect(await take('a', 60_000)).toBe(true)
    const all = await Promise.all(['c', 'd', 'e', 'f'].map((holder) => stores().leases.take('new', holder, 60_000)))
    expect(all.filter(Boolean)).toHaveLength(1)
  })

  test('it is renewed for as long as its holder lives; a clean end hands it over', async () => {
    const { keep, notes, most } = world()
    const first = await keep('a')
    const second = await keep('b')
    await delay(5000)
    expect([first.held, second.held, notes]).toEqual([true, false, ['a begins']])
    await first.stop()
    await expect.poll(() => second.held).toBe(true)
    expect(notes).toEqual(['a begins', 'a ends', 'b begins'])
    expect(most()).toBe(1)
  })

  const failures: [string, () => Promise<never>][] = [
    ['refuses', () => Promise.reject(new Error('connection refused'))],
    ['does not answer', () => new Promise<never>(() => {})],
  ]

  test.each(failures)('a holder whose database %s ends before another begins', async (_how, fails) => {
    const { keep, notes, most } = world()
    const { over, cut } = cuttable(fails)
    const first = await keep('a', over(leaseOf('a')))
    const second = await keep('b')
    cut(true)
    await expect.poll(() => second.held).toBe(true)
    expect(notes).toEqual(['a begins', 'a has lost it', 'b begins'])
    expect([most(), first.held]).toEqual([1, false])
    // Nor does a silent database keep it from being stopped.
    await first.stop()
  })

  test.each(failures)('a lasting duty whose database %s goes on, and its holder has it again', async (_how, fails) => {
    // Longer than its holder may wait for an answer that was asked for just before the database was back.
    const { keep, notes, valid } = world({ patienceMs: 10_000 })
    const { over, cut } = cuttable(fails)
    const first = await keep('a', over(leaseOf('a')))
    const second = await keep('b', over(leaseOf('b')))
    cut(true)
    await expect.poll(() => valid('a')).toBe(false)
    // Until anybody could have the lease, and long after that.
    await delay(4000)
    expect(await stores().leases.overdue('nowserv', 'b')).toBe(true)
    expect([first.held, second.held, notes]).toEqual([true, false, ['a begins']])
    cut(false)
    await expect.poll(() => notes).toEqual(['a begins', 'a has it again'])
    await delay(4000)
    expect([first.held, second.held, valid('a')]).toEqual([true, false, true])
    await first.stop()
    await expect.poll(() => second.held).toBe(true)
  })

  test('a lasting duty ends once another has it, who has waited for its holder', async () => {
    const { keep, notes } = world({ patienceMs: 3000 })
    const { over, cut } = cuttable()
    const first = await keep('a', over(leaseOf('a')))
    let looks = 0
    const patient = leaseOf('b')
    const second = await keep('b', {
      ...patient,
      async overdue(name) {
        const overdue = await patient.overdue(name)
        if (overdue) looks += 1
        return overdue
      },
    })
    cut(true)
    await expect.poll(() => second.held).toBe(true)
    expect(looks).toBeGreaterThan(3)
    expect(notes).toEqual(['a begins', 'b begins'])
    cut(false)
    await expect.poll(() => first.held).toBe(false)
    expect(notes).toEqual(['a begins', 'b begins', 'a has lost it'])
  })

  test('a lasting duty that another has done meanwhile is begun anew, also when that other is gone again', async () => {
    const { keep, notes } = world({ patienceMs: 3000 })
    const { over, cut } = cuttable()
    await keep('a', over(leaseOf('a')))
    const second = await keep('b')
    cut(true)
    await expect.poll(() => second.held).toBe(true)
    await second.stop()
    cut(false)
    await expect.poll(() => notes).toHaveLength(5)
    expect(notes).toEqual(['a begins', 'b begins', 'b ends', 'a has lost it', 'a begins'])
  })

  test('a duty that can’t be begun is an error the first time, and is left to others', async () => {
    const failing: Duty = {
      name: 'nowserv',
      lifeMs: 2400,
      endMs: 900,
      begin: () => Promise.reject(new Error('no port')),
    }
    await expect(keepDuty(failing, leaseOf('a'), quietLog)).rejects.toThrow('no port')
    const { keep } = world()
    await expect.poll(async () => stores().leases.take('nowserv', 'z', 1)).toBe(true)
    await delay(20)
    expect((await keep('b')).held).toBe(true)
  })
})
