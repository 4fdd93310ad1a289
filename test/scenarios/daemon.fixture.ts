import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { createDaemon } from '../daemon.ts'

/** One for all tests of a file, which is up before the first of them. */
export let daemon: Awaited<ReturnType<typeof createDaemon>>
/** The tests’ own folder, beside the daemon’s. */
export let folder: string

/** Gives a file’s tests the built daemon, with real soju and ergo, and a folder. */
export function withDaemon(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'irc-now-tests-'))
    daemon = await createDaemon()
    await daemon.start()
  })
  afterAll(async () => {
    await daemon?.remove()
    await rm(folder, { recursive: true, force: true })
  })
}
