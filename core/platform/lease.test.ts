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
  }, 60_000)
  afterEach(async () => {
    for (const keeper of keepers) await keeper.stop()
    await database.close()
  })

  const stores = () => createStores(database.kysely)
  const leaseOf = (holder: string): Lease => ({
    take: (name, lifeMs) => stores().leases.take(name, holder, lifeMs),
    release: async (name) => void (await stores().leases.release(name, holder)),
  })

  /** A duty that notes when it begins and ends, and whether it was ever done by two. */
  function world() {
    const doing = new Set<string>()
    const notes: string[] = []
    let most = 0
    const duty = (who: string): Duty => ({
      name: 'nowserv',
      lifeMs: 2400,
      endMs: 900,
      async begin() {
        doing.add(who)
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
    return { notes, keep, most: () => most }
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
    await expect.poll(() => second.held, { timeout: 10_000 }).toBe(true)
    expect(notes).toEqual(['a begins', 'a ends', 'b begins'])
    expect(most()).toBe(1)
  })

  test.each([
    ['refuses', () => Promise.reject(new Error('connection refused'))],
    ['does not answer', () => new Promise<never>(() => {})],
  ])('a holder whose database %s ends before another begins', async (_how, fails) => {
    const { keep, notes, most } = world()
    const sound = leaseOf('a')
    let cut = false
    const first = await keep('a', {
      take: (...given) => (cut ? fails() : sound.take(...given)),
      release: (name) => (cut ? fails() : sound.release(name)),
    })
    const second = await keep('b')
    cut = true
    await expect.poll(() => second.held, { timeout: 10_000 }).toBe(true)
    expect(notes).toEqual(['a begins', 'a has lost it', 'b begins'])
    expect([most(), first.held]).toEqual([1, false])
    // Nor does a silent database keep it from being stopped.
    await first.stop()
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
