import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { type Database, openPglite } from '@irc-now/core/store/database'
import { inject } from 'vitest'

let image: Promise<Blob> | undefined

/** A fresh PGlite in memory. It begins as a copy of one that was brought up once for all tests of a run. */
export async function openTestPglite(): Promise<Database> {
  image ??= readImage()
  return openPglite(undefined, await image)
}

async function readImage(): Promise<Blob> {
  const shared = inject('runFolder')
  const path = join(shared, 'pglite.tar')
  const known = await readFile(path).catch(() => null)
  if (known) return new Blob([known])
  const folder = await mkdtemp(join(shared, 'making-'))
  const data = join(folder, 'data')
  await (await openPglite(data)).close()
  const pglite = await PGlite.create(data)
  const dumped = await pglite.dumpDataDir('none')
  await pglite.close()
  // Whoever comes meanwhile finds all of it or nothing.
  await writeFile(join(folder, 'pglite.tar'), Buffer.from(await dumped.arrayBuffer()))
  await rename(join(folder, 'pglite.tar'), path)
  await rm(folder, { recursive: true, force: true })
  return dumped
}
