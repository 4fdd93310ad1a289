import { expect, test } from 'vitest'
import { catalogue } from '../catalogue.ts'
import { describeOperation } from './describe.ts'
import { nameOf, outcomeOf, watchOutcome } from './settle.ts'

const operations = catalogue.map(describeOperation)
const ruleOf = (name: string) => operations.find((one) => one.name === name)!.settle!
const rule = ruleOf('upstream.create')
const named = nameOf(operations, rule, { name: 'libera', bouncer: 'work', address: 'irc.libera.chat' })
const shown = (phase: string, message: string | null = null) => ({ status: { phase, message } })

test('a thing is named as its show and update want it', () => {
  expect(named).toEqual({
    the: 'The upstream “libera”',
    key: { bouncer: 'work', name: 'libera' },
    show: 'upstream show libera --bouncer work',
    update: 'upstream update libera --bouncer work',
  })
  expect(nameOf(operations, rule, { name: 'oftc', bouncer: 'main' }).show).toBe('upstream show oftc')
  expect(nameOf(operations, ruleOf('upstream.delete'), { name: 'oftc', bouncer: 'main' })).toMatchObject({
    the: 'The bouncer “main”',
    key: { name: 'main' },
  })
})

test.each([
  ['working', 'pending', null, null],
  ['working', 'connecting', 'refused, before it is tried again', null],
  ['working', 'disconnected', null, null],
  ['working', 'disconnected', 'refused', 'not_connected'],
  ['working', 'connected', 'Without being signed in.', 'not_connected'],
  ['working', 'connected', null, 'works'],
  ['working', 'ready', null, 'works'],
  ['working', 'disabled', 'refused', 'off'],
  ['working', 'stopped', null, 'off'],
  ['working', 'failed', 'It is down.', 'unavailable'],
  ['working', 'deleting', null, 'not_found'],
  ['applied', 'connecting', null, 'works'],
  ['applied', 'pending', null, null],
  ['gone', 'deleting', null, null],
] as const)('until %s: %s (%s) is %s', (until, phase, message, end) => {
  const outcome = outcomeOf(until, shown(phase, message), named)
  expect(outcome && (outcome.end === 'failed' ? outcome.problem.code : outcome.end)).toBe(end)
})

test('it is stopped, or ends with its changes or its patience, each in its own way', async () => {
  const stopping = new AbortController()
  async function* changes(signal: AbortSignal) {
    yield null
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
  }
  const watching = { patienceMs: 50, call: async () => shown('connecting', 'slow.'), changes, progress: () => {} }
  expect(await watchOutcome(rule, named, watching)).toMatchObject({
    problem: { code: 'timed_out', message: expect.stringContaining('still connecting after 0.05 s (slow); ') },
  })
  const once = async function* () {
    yield null
  }
  expect(await watchOutcome(rule, named, { ...watching, patienceMs: 60_000, changes: once })).toMatchObject({
    problem: { code: 'unavailable' },
  })
  const stopped = watchOutcome(rule, named, { ...watching, patienceMs: 60_000, stopped: stopping.signal })
  stopping.abort()
  expect(await stopped).toBeNull()
})
