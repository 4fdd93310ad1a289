import { describe, expect, test } from 'vitest'
import { createFairQueue } from './queue.ts'

/** A queue whose jobs end when the test says so, and which notes who was served. */
function slowQueue(changes: { callers?: number; parallel?: number } = {}) {
  let now = 0
  const ends: (() => void)[] = []
  const served: string[] = []
  const queue = createFairQueue({
    now: () => now,
    burst: 10,
    perSecond: 100,
    waiting: 20,
    callers: changes.callers ?? 50,
    parallel: changes.parallel ?? 1,
  })
  const job = (name: string) => () => {
    served.push(name)
    return new Promise<void>((resolve) => ends.push(resolve))
  }
  return {
    queue,
    served,
    member: (name: string) => queue.push('member', name, job(name)),
    stranger: (name: string) => queue.push('stranger', name, job(name)),
    async endOne() {
      ends.shift()?.()
      await new Promise((resolve) => setImmediate(resolve))
    },
    pass: (ms: number) => {
      now += ms
    },
  }
}

describe('NowServ’s queue', () => {
  test('a flood from ever new callers stays within its bound and shuts no member out', async () => {
    const { queue, stranger, member, served, endOne } = slowQueue()
    const taken = Array.from({ length: 10_000 }, (_, n) => stranger(`host-${n}`))
    expect(taken.filter(Boolean).length).toBeLessThanOrEqual(52)
    expect(queue.size).toBeLessThanOrEqual(50)
    expect(member('alice')).toBe(true)
    await endOne()
    // One stranger was being served; the next turn is the member’s, whatever waits there.
    expect(served[1]).toBe('alice')
  })

  test('many members do not starve strangers either, and each has his own turn', async () => {
    const { member, stranger, served, endOne } = slowQueue()
    for (let n = 0; n < 10; n += 1) member('flooder')
    member('alice')
    stranger('host')
    for (let n = 0; n < 4; n += 1) await endOne()
    expect(served.slice(0, 4).sort()).toEqual(['alice', 'flooder', 'flooder', 'host'])
  })

  test('one caller’s commands run one after the other, however long they take, and hold up nobody else', async () => {
    const { member, served, endOne } = slowQueue({ parallel: 4 })
    for (let n = 0; n < 4; n += 1) member('alice')
    expect(served).toEqual(['alice'])
    member('bob')
    expect(served).toEqual(['alice', 'bob'])
    await endOne()
    expect(served).toEqual(['alice', 'bob', 'alice'])
  })

  test('who has been served and waits for nothing makes room', async () => {
    const { queue, member, endOne, pass } = slowQueue({ callers: 3 })
    for (const name of ['a', 'b', 'c']) expect(member(name)).toBe(true)
    expect(member('d')).toBe(true)
    expect(member('e')).toBe(false)
    for (let n = 0; n < 4; n += 1) await endOne()
    pass(1000)
    expect(member('e')).toBe(true)
    expect(queue.size).toBeLessThanOrEqual(3)
  })

  test('draining lets what runs end and begins nothing', async () => {
    const { queue, member, served, endOne } = slowQueue()
    member('alice')
    member('bob')
    const drained = queue.drain()
    expect(member('carol')).toBe(false)
    await endOne()
    await drained
    expect(served).toEqual(['alice'])
  })
})
