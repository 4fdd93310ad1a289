import { expect, test } from 'vitest'
import { backoff, createWorkQueue } from './queue.ts'

const quiet = { failed: async () => {}, random: () => 0, parallel: 4 }

test('a key is never worked on twice at once, and wishes during work are one more round', async () => {
  let inside = 0
  let rounds = 0
  let release = () => {}
  const queue = createWorkQueue({
    ...quiet,
    async work() {
      inside += 1
      rounds += 1
      expect(inside).toBe(1)
      if (rounds === 1) await new Promise<void>((resolve) => (release = resolve))
      inside -= 1
      return undefined
    },
  })
  queue.add('bouncer/a')
  queue.add('bouncer/a')
  queue.add('bouncer/a')
  release()
  await expect.poll(() => rounds).toBe(2)
  await expect.poll(() => queue.depth).toBe(0)
  expect(rounds).toBe(2)
  await queue.stop()
})

test('a failure is tried again until it succeeds, and others do not wait for it', async () => {
  const seen: string[] = []
  let failures = 0
  const queue = createWorkQueue({
    ...quiet,
    parallel: 1,
    async failed() {
      failures += 1
    },
    async work(key) {
      seen.push(key)
      if (key === 'bad' && failures < 2) throw new Error('down')
      return undefined
    },
  })
  queue.add('bad')
  queue.add('good')
  await expect.poll(() => seen.filter((key) => key === 'bad').length).toBe(3)
  expect(seen.indexOf('good')).toBe(1)
  await queue.stop()
})

test('back-off doubles, never passes a minute, and is at least half of it', () => {
  expect([1, 2, 3, 20].map((attempt) => backoff(attempt, () => 1))).toEqual([500, 1000, 2000, 60_000])
  expect(backoff(20, () => 0)).toBe(30_000)
})
