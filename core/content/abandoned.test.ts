import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { removeAbandoned } from './abandoned.ts'

test('what a dead process has left is removed a day later, a folder with all in it; what is under way stays', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'abandoned-'))
  const longAgo = new Date(Date.now() - 25 * 3_600_000)
  for (const name of ['old', 'new']) {
    await mkdir(join(folder, name))
    await writeFile(join(folder, name, 'input'), 'x')
  }
  await writeFile(join(folder, 'old-draft'), 'x')
  for (const name of ['old', 'old-draft']) await utimes(join(folder, name), longAgo, longAgo)
  await removeAbandoned(folder)
  expect(await readdir(folder)).toEqual(['new'])
  await rm(folder, { recursive: true })
})
