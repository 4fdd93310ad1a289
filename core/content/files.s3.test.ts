import { once } from 'node:events'
import { type AddressInfo, connect, createServer } from 'node:net'
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
  expect(await server.count()).toBeGreaterThan(0)
  // As the sweep does, for every key that was noted and not used.
  await files.delete('things/large')
  expect(await server.count()).toBe(0)
  expect(await files.put('things/large', Readable.from([Buffer.from('again')]))).toBe(5)
  files.close()
})

test('a server that is back in a moment gets what has a known length after all', async () => {
  const server = await startS3()
  removals.push(server.remove)
  // On the way to it the first connection is lost.
  let connections = 0
  const way = createServer((near) => {
    connections += 1
    if (connections === 1) return void near.destroy()
    const far = connect(Number(new URL(server.settings.endpoint).port), '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const)
      from.on('error', () => to.destroy()).pipe(to)
  })
  await once(way.listen(0, '127.0.0.1'), 'listening')
  const { port } = way.address() as AddressInfo
  const files = openS3Files({ ...server.settings, endpoint: `http://127.0.0.1:${port}` })
  let opened = 0
  const put = files.put('things/a', {
    bytes: 3,
    open: () => {
      opened += 1
      return Readable.from([Buffer.from('abc')])
    },
  })
  expect(await put).toBe(3)
  expect([opened > 1, await files.size('things/a')]).toEqual([true, 3])
  files.close()
  way.close()
})

test('a bucket that isn’t there, or another’s keys, is no empty storage', async () => {
  const server = await startS3()
  removals.push(server.remove)
  const files = openS3Files({ ...server.settings, bucket: 'nosuch' })
  await expect(files.put('things/a', Readable.from(['a']))).rejects.toMatchObject({ code: 'unavailable' })
  await expect(files.get('things/a')).rejects.toMatchObject({ code: 'unavailable' })
  files.close()
})
