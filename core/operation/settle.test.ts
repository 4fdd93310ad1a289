import { expect, test } from 'vitest'
import { catalogue } from '../catalogue.ts'
import { describeOperation } from './describe.ts'
import { OperationError } from './errors.ts'
import { concerns, nameOf, outcomeOf, watchOutcome } from './settle.ts'

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

test('what is off is said to be off, and why', () => {
  const bouncer = { ...named, the: 'The bouncer “main”' }
  const off = (phase: string, message: string | null) => outcomeOf('working', shown(phase, message), bouncer)
  expect(off('stopped', null)).toMatchObject({ message: 'The bouncer “main” is switched off.' })
  expect(off('disabled', 'refused')).toMatchObject({ message: 'The bouncer “main” is switched off.' })
  expect(off('stopped', 'Its account is suspended.')).toMatchObject({
    message: 'The bouncer “main” is stopped: its account is suspended.',
  })
})

test('it is stopped, or ends with its patience, each in its own way', async () => {
  const stopping = new AbortController()
  async function* changes(signal: AbortSignal) {
    yield null
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
  }
  const watching = { patienceMs: 50, call: async () => shown('connecting', 'slow.'), changes, progress: () => {} }
  expect(await watchOutcome(rule, named, watching)).toMatchObject({
    problem: { code: 'timed_out', message: expect.stringContaining('still connecting after 0.05 s (slow); ') },
  })
  const stopped = watchOutcome(rule, named, { ...watching, patienceMs: 60_000, stopped: stopping.signal })
  stopping.abort()
  expect(await stopped).toBeNull()
})

/** Follows for good; each time it is followed anew is counted. */
function following(events: readonly { subject: string; type: string; message: string }[] = []) {
  const counted = {
    times: 0,
    async *changes(signal: AbortSignal) {
      counted.times += 1
      yield null
      yield* events
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve))
    },
  }
  return counted
}

test.each([
  new OperationError('unavailable', 'Nothing answers.'),
  new OperationError('rate_limited', 'Too many.', { details: { retryAfter: 0.3 } }),
])('$code is asked again until it can be answered', async (refusal) => {
  let asked = 0
  const call = async () => {
    asked += 1
    if (asked <= 2) throw refusal
    return shown('connected')
  }
  const watching = { patienceMs: 60_000, call, changes: following().changes, progress: () => {} }
  expect(await watchOutcome(rule, named, watching)).toMatchObject({ end: 'works' })
  expect(asked).toBe(3)
})

test('changes that break off are followed anew; what stays unanswered is said when patience ends', async () => {
  let followed = 0
  const changes = async function* () {
    followed += 1
    if (followed === 2) throw new OperationError('unavailable', 'Nothing answers.')
    yield null
  }
  const call = async () => shown(followed < 3 ? 'connecting' : 'connected')
  expect(await watchOutcome(rule, named, { patienceMs: 60_000, call, changes, progress: () => {} })).toMatchObject({
    end: 'works',
  })
  const down = async () => {
    throw new OperationError('unavailable', 'Nothing answers.')
  }
  expect(
    await watchOutcome(rule, named, { patienceMs: 600, call: down, changes: following().changes, progress: () => {} }),
  ).toEqual({
    end: 'failed',
    problem: {
      code: 'unavailable',
      message:
        'The upstream “libera” can’t be looked at (Nothing answers); it goes on by itself, look with “upstream show libera --bouncer work”.',
    },
  })
  const refuse = async () => {
    throw new OperationError('not_signed_in', 'Sign in first.')
  }
  const ended = { patienceMs: 60_000, call: refuse, changes: following().changes, progress: () => {} }
  expect(await watchOutcome(rule, named, ended)).toMatchObject({ problem: { code: 'not_signed_in' } })
})

test('only what concerns the thing is looked at and told', async () => {
  const bouncer = { key: { name: 'main' } }
  const subjects = [
    'bouncer/main',
    'upstream/main/libera',
    'upstream/work/libera',
    'bouncer/work',
    'paste/x',
    'account/a',
  ]
  expect(subjects.filter((subject) => concerns(subject, bouncer))).toEqual(['bouncer/main', 'upstream/main/libera'])
  expect([...subjects, 'upstream/work/oftc'].filter((subject) => concerns(subject, named))).toEqual([
    'upstream/work/libera',
    'bouncer/work',
  ])
  let asked = 0
  const told: string[] = []
  const call = async () => {
    asked += 1
    return shown(asked < 2 ? 'connecting' : 'connected')
  }
  const events = ['paste/x', 'upstream/main/libera', 'upstream/work/libera'].map((subject) => ({
    subject,
    type: 'upstream.progress',
    message: subject,
  }))
  const { changes } = following(events)
  await watchOutcome(rule, named, { patienceMs: 60_000, call, changes, progress: (line) => told.push(line) })
  expect([asked, told]).toEqual([2, ['upstream/work/libera']])
})
