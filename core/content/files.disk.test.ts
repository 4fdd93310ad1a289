import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { createSmallDisk } from '../../test/small-disk.ts'
import { filesContract } from './files.contract.ts'
import { openDiskFiles } from './files.disk.ts'

const newFolder = () => mkdtemp(join(tmpdir(), 'files-'))
const filesBelow = async (folder: string) =>
  (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length

filesContract('a disk', async () => {
  const folder = await newFolder()
  return {
    files: await openDiskFiles(folder),
    count: () => filesBelow(folder),
    close: () => rm(folder, { recursive: true, force: true }),
  }
})

test('what a dead process had begun goes at the next start, and nothing else', async () => {
  const folder = await newFolder()
  await openDiskFiles(folder)
  for (const name of ['old', 'new']) await writeFile(join(folder, 'incoming', name), 'x')
  await utimes(join(folder, 'incoming', 'old'), 0, 0)
  const files = await openDiskFiles(folder)
  expect(await readdir(join(folder, 'incoming'))).toEqual(['new'])
  await files.put('things/a', Readable.from(['a']))
  expect(await filesBelow(folder)).toBe(2)
  await rm(folder, { recursive: true })
})

test('a full disk is said, leaves nothing, and takes files again once there is room', async (context) => {
  const disk = await createSmallDisk(8)
  if (!disk) return context.skip('no small disk can be made here')
  const folder = disk.seen('files')
  const files = await openDiskFiles(folder)
  const big = () => Readable.from(Array.from({ length: 9 }, () => Buffer.alloc(1024 * 1024)))
  await expect(files.put('things/big', big())).rejects.toMatchObject({ code: 'storage_full' })
  expect([await files.size('things/big'), await filesBelow(folder)]).toEqual([null, 0])
  expect(await files.put('things/small', Readable.from([Buffer.from('fits')]))).toBe(4)
  await disk.remove()
})
