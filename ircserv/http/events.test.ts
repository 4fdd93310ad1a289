import { setTimeout as delay } from 'node:timers/promises'
import type { PlatformEvent } from '@irc-now/core/store/event-store'
import { expect, test } from 'vitest'
import { eventStream } from './events.ts'

test('who leaves while nothing happens is no failure of the stream’s', async () => {
  const failures: unknown[] = []
  let isLeft = false
  async function* events(): AsyncGenerator<PlatformEvent | null> {
    yield null
    await delay(50)
    yield null
    isLeft = true
  }
  const reader = eventStream(events(), (error) => failures.push(error)).body!.getReader()
  expect(new TextDecoder().decode((await reader.read()).value)).toBe(': still here\n\n')
  const next = reader.read()
  await delay(10)
  await reader.cancel()
  expect((await next).done).toBe(true)
  await delay(100)
  expect([failures, isLeft]).toEqual([[], false])
})
