import { Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { s3Keys, startS3 } from '../../test/s3/server.ts'
import { filesContract } from './files.contract.ts'
import { openS3Files } from './files.s3.ts'

// As whoever runs the platform gives them: by the environment.
Object.assign(process.env, s3Keys)

filesContract('S3', async () => {
  const server = await startS3()
  const files = openS3Files(server.settings)
  return {
    files,
    count: server.count,
    async without(work) {
      await server.stop()
      await work()
      await server.start()
    },
    async close() {
      files.close()
      await server.remove()
    },
  }
})

const removals: (() => Promise<void>)[] = []
afterAll(() => Promise.all(removals.map((remove) => remove())))

test('a server that goes in the middle of an upload is said, and what had been sent is not there afterwards', async () => {
  const server = await startS3()
  removals.push(server.remove)
  const files = openS3Files(server.settings)
  const source = Readable.from(
    (async function* () {
      for (let n = 0; n < 40; n += 1) {
        if (n === 30) await server.stop()
        yield Buffer.alloc(1024 * 1024)
      }
    })(),
  )
  await expect(files.put('things/large', source)).rejects.toMatchObject({ code: 'unavailable' })
  await server.start()
  expect(await files.size('things/large')).toBeNull()
  expect(await files.put('things/large', Readable.from([Buffer.from('again')]))).toBe(5)
  files.close()
})

test('a bucket that isn’t there, or another’s keys, is no empty storage', async () => {
  const server = await startS3()
  removals.push(server.remove)
  const files = openS3Files({ ...server.settings, bucket: 'nosuch' })
  await expect(files.put('things/a', Readable.from(['a']))).rejects.toMatchObject({ code: 'unavailable' })
  await expect(files.get('things/a')).rejects.toMatchObject({ code: 'unavailable' })
  files.close()
})
