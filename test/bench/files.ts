import { existsSync } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { openDiskFiles } from '@irc-now/core/content/files.disk'
import type { Files } from '@irc-now/core/content/files.port'
import { openS3Files } from '@irc-now/core/content/files.s3'
import { s3Keys, startS3 } from '../s3/server.ts'
import { interleaved, median, print, ratio, timed } from './harness.ts'

const megabyte = 1024 * 1024
const size = 200
const chunk = Buffer.alloc(64 * 1024, 7)

const stream = (megabytes: number, look?: () => void) =>
  Readable.from(
    (function* () {
      for (let n = 0; n < megabytes * 16; n += 1) {
        look?.()
        yield chunk
      }
    })(),
    { objectMode: false, highWaterMark: chunk.length },
  )

/** Files through the port against bare streams, to a disk and to a real S3 server, and what memory a large one takes. */
export async function benchFiles(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'irc-now-bench-files-'))
  try {
    await compare('the disk, synced', await openDiskFiles(folder), async () => {
      const file = await open(join(folder, 'bare'), 'w')
      await pipeline(stream(size), file.createWriteStream({ flush: true }))
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const fetched = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'irc-now/versitygw-v1.8.0/versitygw')
  process.env.VERSITYGW ??= existsSync(fetched) ? fetched : undefined
  if (!process.env.VERSITYGW)
    return console.log('\nS3 is left out: run “npm run test:s3” first, which brings versitygw.')
  Object.assign(process.env, s3Keys)
  const server = await startS3()
  const { endpoint, region, bucket } = server.settings
  const files = openS3Files(server.settings)
  const client = new S3Client({ endpoint, region, forcePathStyle: true, requestChecksumCalculation: 'WHEN_REQUIRED' })
  try {
    await compare('S3 (versitygw)', files, async () => {
      const body = { Body: stream(size), ContentLength: size * megabyte }
      await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'bare', ...body }))
    })
  } finally {
    client.destroy()
    files.close()
    await server.remove()
  }
}

async function compare(where: string, files: Files, bare: () => Promise<void>): Promise<void> {
  // First, while the process is still as small as it can be.
  const before = process.memoryUsage.rss()
  let most = 0
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss() - before)
  }
  await files.put('things/large', { bytes: 1024 * megabyte, open: () => stream(1024, look) })
  const times = await interleaved(
    {
      bare: () => timed(bare),
      whole: () => timed(() => files.put('things/ours', { bytes: size * megabyte, open: () => stream(size) })),
      endless: () => timed(() => files.put('things/ours', stream(size))),
    },
    9,
  )
  const perSecond = (name: string) => (size * 1000) / median(times[name]!)
  print(
    `A file of ${size} MB to ${where}`,
    ['who', 'MB a second', 'against the bare stream'],
    [
      ['a bare stream', perSecond('bare').toFixed(0), ratio(1)],
      ['the files port', perSecond('whole').toFixed(0), ratio(perSecond('whole') / perSecond('bare'))],
      ['of a length not known', perSecond('endless').toFixed(0), ratio(perSecond('endless') / perSecond('bare'))],
    ],
  )
  console.log(`\nWhile 1 GB goes through, the process grows by ${(most / megabyte).toFixed(0)} MB at most.`)
}
