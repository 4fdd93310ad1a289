import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { createDaemon } from '../daemon.ts'

let daemon: Awaited<ReturnType<typeof createDaemon>>
beforeAll(async () => {
  daemon = await createDaemon({ env: { IRC_NOW_LOG: 'debug' } })
})
afterAll(() => daemon?.remove(), 30_000)
beforeEach(() => onTestFailed(() => console.log(daemon.said.slice(-30_000))))

const dieNow = () => join(daemon.home, 'die-now')
const preload = pathToFileURL(join(import.meta.dirname, '../die-at-write.mjs')).href
const json = async (...words: string[]) => JSON.parse((await daemon.cli(...words, '--json')).stdout)
const phase = async () => (await json('bouncer', 'show', 'main')).status?.phase ?? 'gone'

/** Does `words` until the daemon dies at the write whose turn it is; says whether it died. */
async function diesDuring(words: readonly string[]): Promise<boolean> {
  await writeFile(dieNow(), '')
  await daemon.cli(...words)
  // The reconciler goes on after the answer; a second is plenty for what takes it a few milliseconds.
  const end = Date.now() + 1000
  while (!daemon.dead && Date.now() < end) await delay(20)
  await rm(dieNow(), { force: true })
  return daemon.dead
}

const made = ['bouncer', 'create', 'main', '--wait'] as const
const changed = ['bouncer', 'update', 'main', '--nick', 'changed', '--wait'] as const
const deleted = ['bouncer', 'delete', 'main', '--confirm', 'main', '--wait'] as const

async function done(words: readonly string[]): Promise<void> {
  expect(await daemon.cli(...words)).toMatchObject({ code: 0 })
}

/** What was deleted may still be there, when the daemon died before it knew that it should go. */
const isGone = async () => {
  if ((await phase()) !== 'gone') await daemon.cli(...deleted)
  await expect.poll(phase, { timeout: 20_000 }).toBe('gone')
  expect((await json('bouncer', 'list')).items).toEqual([])
}

/** Asks for the same again, as whoever was cut short does. */
const isThere = async (words: readonly string[], nick?: string) => {
  await done(words)
  await expect.poll(phase, { timeout: 20_000 }).toBe('ready')
  const { items } = await json('bouncer', 'list')
  expect(items).toHaveLength(1)
  if (nick) expect(items[0].nick).toBe(nick)
}

// Each verb is killed at its first write, then its second, … until it has none left to be killed at.
test.each([
  {
    verb: 'create',
    words: made,
    before: () => Promise.resolve(),
    after: async () => {
      await isThere(made)
      await done(deleted)
    },
  },
  {
    verb: 'update',
    words: changed,
    before: async () => {
      if ((await phase()) === 'gone') await done(made)
      await done(['bouncer', 'update', 'main', '--nick', 'before', '--wait'])
    },
    after: () => isThere(changed, 'changed'),
  },
  { verb: 'delete', words: deleted, before: () => done(made), after: isGone },
])(
  'killed at every write of a $verb, it converges with nothing lost, doubled or left over',
  async ({ words, before, after }) => {
    let n = 0
    for (let died = true; died; ) {
      n += 1
      expect(n).toBeLessThan(40)
      await daemon.start({ NODE_OPTIONS: `--import ${preload}`, DIE_AT: String(n), DIE_WHEN: dieNow() })
      // Of the last time it was killed.
      if (n > 1) await after()
      await before()
      died = await diesDuring([...words, '--timeout', '5'])
    }
    await after()
    // The next verb begins with nothing.
    if ((await phase()) !== 'gone') await done(deleted)
    await daemon.stop()
    // It was killed at least once, or the faults are not where the writes are.
    expect(n).toBeGreaterThan(3)
  },
  280_000,
)
