import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createDedicatedSojus } from './dedicated-sojus.ts'

test('one that does not come to run is ended when it is told to, however far it has come', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'dedicated-'))
  const shared = join(folder, 'shared.db')
  const db = new DatabaseSync(shared)
  db.exec('create table WebPushConfig (id integer primary key); pragma user_version = 7')
  db.close()
  const path = join(folder, 'soju')
  await writeFile(path, '#!/bin/sh\nexec sleep 100\n', { mode: 0o700 })
  const lines: string[] = []
  const sojus = createDedicatedSojus(
    {
      ...{ stateDir: folder, socketDir: folder, program: { path, version: '0' }, hostname: 'x', title: 'x' },
      ...{ authUrl: 'http://127.0.0.1:1', uploads: null, log: (_, line) => lines.push(line) },
    },
    shared,
  )
  try {
    const begun = performance.now()
    for (const waitMs of [0, 5, 300]) {
      const opening = expect(sojus.open('alice')).rejects.toThrow(/ before it /)
      await delay(waitMs)
      await sojus.remove('alice')
      await opening
    }
    const opening = expect(sojus.open('alice')).rejects.toThrow(/ before it /)
    await delay(300)
    await sojus.stop()
    await opening
    // It is given a minute to start.
    expect(performance.now() - begun).toBeLessThan(20_000)
    expect(lines).toContainEqual(expect.stringMatching(/was stopped before it was ready/))
  } finally {
    await sojus.stop()
    await rm(folder, { recursive: true, force: true })
  }
})
