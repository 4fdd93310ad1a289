import { describeOperation } from '@irc-now/core/operation/describe'
import { createBouncer } from '@irc-now/core/provisioning/bouncers/create'
import { showBouncer } from '@irc-now/core/provisioning/bouncers/show'
import { expect, test } from 'vitest'
import type { NowServDeps } from './deps.ts'
import { follow } from './follow.ts'

test('the latest changes of an account are followed, so many of them; another’s are no matter of that', async () => {
  const listening = new Map<string, Set<number>>()
  let heard = 0
  const operations = [createBouncer, showBouncer].map(describeOperation)
  const deps = {
    operations,
    call: async () => ({ status: { phase: 'pending' } }),
    async *events(account: string, signal: AbortSignal) {
      const all = listening.get(account) ?? new Set()
      listening.set(account, all)
      heard += 1
      const mine = heard
      all.add(mine)
      yield null
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
      all.delete(mine)
    },
  } as unknown as NowServDeps
  const stopping = new AbortController()
  const said: string[] = []
  const [operation] = operations
  const begin = (account: string) =>
    follow(deps, account, { operation, input: { name: 'main' } } as never, {}, stopping.signal, (line) =>
      said.push(line),
    )
  const ends = [begin('bob')]
  for (let i = 0; i < 50; i += 1) ends.push(begin('alice'))
  await expect.poll(() => listening.get('alice')?.size).toBe(20)
  expect(Math.min(...listening.get('alice')!)).toBe(32)
  expect(listening.get('bob')?.size).toBe(1)
  stopping.abort()
  await Promise.all(ends)
  expect([...listening.values()].every(({ size }) => size === 0)).toBe(true)
  expect(said).toEqual([])
})
