import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDaemon } from '../daemon.ts'

let daemon: Awaited<ReturnType<typeof createDaemon>>
beforeAll(async () => {
  daemon = await createDaemon()
})
afterAll(() => daemon?.remove(), 30_000)

const preload = pathToFileURL(join(import.meta.dirname, '../die-at-write.mjs')).href
const json = async (...words: string[]) => JSON.parse((await daemon.cli(...words, '--json')).stdout)
const phase = async () => (await json('bouncer', 'show', 'main')).status?.phase ?? 'gone'

/** Starts the daemon so that it dies at its n-th write from now on, does `words`, and says whether it died. */
async function dyingAt(n: number, words: string[]): Promise<boolean> {
  const when = join(daemon.home, 'die-now')
  await rm(when, { force: true })
  await daemon.start({ NODE_OPTIONS: `--import ${preload}`, DIE_AT: String(n), DIE_WHEN: when })
  await writeFile(when, '')
  await daemon.cli(...words)
  // The reconciler goes on after the answer; a second is plenty for what takes it a few milliseconds.
  const end = Date.now() + 1000
  while (!daemon.dead && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
  const died = daemon.dead
  await daemon.kill()
  await rm(when, { force: true })
  return died
}

// Each verb is killed at its first write, then its second, … until it has none left to be killed at.
test.each([
  [
    'create',
    ['bouncer', 'create', 'main', '--wait', '--timeout', '5'],
    ['bouncer', 'create', 'main', '--wait'],
    'ready',
  ],
  [
    'update',
    ['bouncer', 'update', 'main', '--nick', 'changed', '--wait', '--timeout', '5'],
    ['bouncer', 'update', 'main', '--nick', 'changed', '--wait'],
    'ready',
  ],
  ['delete', ['bouncer', 'delete', 'main', '--confirm', 'main', '--wait', '--timeout', '5'], [], 'gone'],
] as const)(
  'killed at every write of a %s, it converges with nothing lost, doubled or left over',
  async (verb, killed, again, expected) => {
    let n = 0
    let died = true
    while (died) {
      n += 1
      expect(n).toBeLessThan(40)
      if (verb === 'delete') {
        // What is deleted has to be there first.
        await daemon.start()
        await expect
          .poll(async () => (await daemon.cli('bouncer', 'create', 'main', '--wait')).code, { timeout: 20_000 })
          .toBe(0)
        await daemon.stop()
      }
      died = await dyingAt(n, [...killed])
      await daemon.start()
      if (again.length > 0) expect(await daemon.cli(...again)).toMatchObject({ code: 0 })
      else if ((await phase()) !== 'gone') await daemon.cli('bouncer', 'delete', 'main', '--confirm', 'main', '--wait')
      await expect.poll(phase, { timeout: 20_000 }).toBe(expected)
      const items = (await json('bouncer', 'list')).items as { nick: string }[]
      expect(items).toHaveLength(expected === 'gone' ? 0 : 1)
      if (verb === 'update') expect(items[0]?.nick).toBe('changed')
      if (verb === 'create' && died) await daemon.cli('bouncer', 'delete', 'main', '--confirm', 'main', '--wait')
      await daemon.stop()
    }
    // It was killed at least once, or the faults are not where the writes are.
    expect(n).toBeGreaterThan(3)
  },
  280_000,
)
