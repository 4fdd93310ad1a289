import { linkSubject } from '@irc-now/core/accounts/one-time-link'
import { catalogue } from '@irc-now/core/catalogue'
import { OperationError } from '@irc-now/core/operation/errors'
import { startWake } from '@irc-now/core/platform/wake'
import type { Database } from '@irc-now/core/store/database'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import type { NowServDeps } from './deps.ts'
import { followLink } from './follow-link.ts'
import { createNowServDeps } from './platform-deps.ts'

let database: Database
let wake: Awaited<ReturnType<typeof startWake>>
let platform: Awaited<ReturnType<typeof createTestPlatform>>
let alice: string
let deps: NowServDeps
let skippedMs = 0
let broken: Error | null = null
let reads = 0
const stopping = new AbortController()

beforeAll(async () => {
  database = await openTestPglite()
  platform = await createTestPlatform(database)
  alice = await platform.member('alice')
  wake = await startWake(database, {})
  const { runtime } = platform
  const breaking = <T>(work: () => Promise<T>) => {
    reads += 1
    return broken ? Promise.reject(broken) : work()
  }
  deps = createNowServDeps({
    operations: catalogue,
    runtime: {
      ...runtime,
      transaction: (work) => breaking(() => runtime.transaction(work)),
      read: (work) => breaking(() => runtime.read(work)),
      now: () => new Date(runtime.now().getTime() + skippedMs),
    },
    wake: wake.on,
    log: pino({ level: 'silent' }),
  })
})
afterAll(async () => {
  stopping.abort()
  await wake?.stop()
  await database?.close()
})

const announced: [string, unknown][] = []
/** Gives a link out and follows it; `used` is what its page does at the end. */
async function giveLink() {
  const since = await deps.lastChange('alice')
  const link = await deps.secretLink('alice', 'paste.create', {})
  const operation = deps.operations.find(({ name }) => name === 'paste.create')!
  const ended = followLink(deps, 'alice', operation, { link, since }, stopping.signal, (line, data) =>
    announced.push([line, data]),
  )
  return { ended, link }
}
const use = (link: string, message: string) =>
  platform.runtime.transaction(async (store) =>
    store.events.tell({ accountId: alice, subject: linkSubject(link), type: 'link.used', message, at: new Date() }),
  )
const said = (...messages: string[]) =>
  expect.poll(() => announced).toEqual(messages.map((url) => [`PASTE CREATE: ${url}`, { url }]))

test('each open link is followed, whatever their order', async () => {
  const links = [await giveLink(), await giveLink(), await giveLink()]
  await use(links[1]!.link, 'second')
  await said('second')
  await use(links[2]!.link, 'third')
  await use(links[0]!.link, 'first')
  await said('second', 'third', 'first')
  await Promise.all(links.map(({ ended }) => ended))
  const again = await giveLink()
  await use(again.link, 'again')
  await said('second', 'third', 'first', 'again')
  await again.ended
})

test.each([new OperationError('unavailable', 'The database is away.'), new Error('connection reset')])(
  'a failed read (%s) ends nothing, and what came meanwhile is told',
  async (error) => {
    announced.length = 0
    const { link, ended } = await giveLink()
    const other = await giveLink()
    broken = error
    // It wakes the listener, whose read fails.
    await platform.call('alice', 'account.update', { displayName: 'A' })
    const before = reads
    await expect.poll(() => reads - before).toBeGreaterThan(1)
    await use(link, 'meanwhile')
    broken = null
    await said('meanwhile')
    await use(other.link, 'later')
    await said('meanwhile', 'later')
    await ended
  },
)

test('a link that can’t be used any more is not waited for', async () => {
  const { ended } = await giveLink()
  skippedMs = 15 * 60_000 + 1
  await platform.call('alice', 'account.update', { displayName: 'B' })
  await ended
})
