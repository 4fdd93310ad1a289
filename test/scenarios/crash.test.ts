import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, onTestFailed, test } from 'vitest'
import { createDaemon, runCli } from '../daemon.ts'

let daemon: Awaited<ReturnType<typeof createDaemon>>
beforeAll(async () => {
  daemon = await createDaemon({ env: { IRC_NOW_LOG: 'debug' } })
})
afterAll(() => daemon?.remove())
beforeEach(() => onTestFailed(() => console.log(daemon.said.slice(-30_000))))

const dieNow = () => join(daemon.home, 'die-now')
const preload = pathToFileURL(join(import.meta.dirname, '../die-at-write.mjs')).href
const json = async (...words: string[]) => JSON.parse((await daemon.cli(...words, '--json')).stdout)
const phase = async () => (await json('bouncer', 'show', 'main')).status?.phase ?? 'gone'

/** Does `words` until the daemon dies at the write whose turn it is; says whether it died. */
async function diesDuring(words: readonly string[]): Promise<boolean> {
  await writeFile(dieNow(), '')
  // It would wait for a dead one to come back.
  const dead = new AbortController()
  let asking = true
  const asked = runCli(words, daemon.env, '', { signal: dead.signal }).finally(() => {
    asking = false
  })
  // The reconciler goes on after the answer; a second is plenty for what takes it a few milliseconds.
  for (let left = 50; !daemon.dead && left > 0; await delay(20)) if (!asking) left -= 1
  dead.abort()
  await asked
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
  await expect.poll(phase).toBe('gone')
  expect((await json('bouncer', 'list')).items).toEqual([])
}

/** Asks for the same again, as whoever was cut short does. */
const isThere = async (words: readonly string[], nick?: string) => {
  await done(words)
  await expect.poll(phase).toBe('ready')
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
      died = await diesDuring(words)
    }
    await after()
    // The next verb begins with nothing.
    if ((await phase()) !== 'gone') await done(deleted)
    await daemon.stop()
    // It was killed at least once, or the faults are not where the writes are.
    expect(n).toBeGreaterThan(3)
  },
  900_000,
)
