import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDedicatedSojus, type DedicatedSojus } from './dedicated-sojus.ts'

let folder: string
let lines: string[]
let sojus: DedicatedSojus
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dedicated-'))
  lines = []
})
afterEach(async () => {
  await sojus.stop()
  await rm(folder, { recursive: true, force: true })
})

/** In the place of soju a script that does `what`. */
async function sojusDoing(what: string): Promise<void> {
  const shared = join(folder, 'shared.db')
  const db = new DatabaseSync(shared)
  db.exec('create table WebPushConfig (id integer primary key); pragma user_version = 7')
  db.close()
  const path = join(folder, 'soju')
  await writeFile(path, `#!/bin/sh\n${what}\n`, { mode: 0o700 })
  sojus = createDedicatedSojus(
    {
      ...{ stateDir: folder, socketDir: folder, program: { path, version: '0' }, hostname: 'x', title: 'x' },
      ...{ authUrl: 'http://127.0.0.1:1', uploads: null, log: (_, line) => lines.push(line) },
    },
    shared,
  )
}

test('one that does not come to run is ended when it is told to, however far it has come', async () => {
  await sojusDoing('exec sleep 100')
  const begun = performance.now()
  for (const waitMs of [0, 5, 300]) {
    const opening = expect(sojus.open('alice')).rejects.toThrow(/ before it /)
    await delay(waitMs)
    await sojus.remove('alice')
    await opening
  }
  const opening = expect(sojus.open('alice')).rejects.toThrow(/ before it /)
  // It has come so far that there is something to stop, however long that took.
  while (sojus.running().length === 0) await delay(5)
  await sojus.stop()
  await opening
  // It is given a minute to start.
  expect(performance.now() - begun).toBeLessThan(60_000)
  expect(lines).toContainEqual(expect.stringMatching(/was stopped before it was ready/))
})

test('one that does not start is not started anew for everybody who asks', async () => {
  const starts = join(folder, 'starts')
  await sojusDoing(`echo once >> ${starts}; exit 1`)
  for (let n = 0; n < 3; n++) await expect(sojus.open('alice')).rejects.toThrow(/did not start/)
  expect(await readFile(starts, 'utf8')).toBe('once\n')
  // Whose bouncer is made anew does not wait.
  await sojus.remove('alice')
  await expect(sojus.open('alice')).rejects.toThrow(/did not start/)
  expect(await readFile(starts, 'utf8')).toBe('once\nonce\n')
})
