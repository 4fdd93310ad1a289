import { Readable } from 'node:stream'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { FileBody } from '../operation/file-body.ts'
import type { Database } from '../store/database.ts'
import { barOf } from './content-use.ts'

test.each([
  [0, 5, '[....................] 0 %'],
  [1, 5, '[####................] 20 %'],
  [1, 1_000_000, '[#...................] <1 %'],
  [5, 5, '[####################] 100 %'],
  // After a plan has become smaller.
  [9, 5, '[####################] 100 %'],
  [9, null, null],
])('%i of %s', (used, limit, bar) => expect(barOf(used, limit)).toBe(bar))

onBothDatabases('what is used', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  beforeEach(async () => {
    database = await open()
    platform = await createTestPlatform(database)
    await platform.member('alice')
    await platform.member('bob')
  })
  afterEach(() => database.close())

  test('each sees their own, operators all; what is taken down counts no more', async () => {
    const empty = (await platform.call('alice', 'content.usage')).items
    expect(empty).toMatchObject([
      { what: 'pastes', used: '0', quota: '5', bar: barOf(0, 5), nextExpiry: null, count: 0, limit: 5 },
      { what: 'pictures', used: '0 bytes', quota: '50 MB', bar: barOf(0, 50), nextExpiry: null, bytes: 0 },
    ])
    const first = await platform.call('alice', 'paste.create', { text: 'été', expires: '1h' })
    await platform.call('alice', 'paste.create', { text: 'b' })
    await platform.call('bob', 'paste.create', { text: 'c' })
    const create = { width: 8, height: 8, channels: 3 as const, background: '#17663a' }
    const file = new FileBody(Readable.from([await sharp({ create }).png().toBuffer()]))
    const picture = await platform.call('alice', 'pic.upload', { file })
    expect((await platform.call('alice', 'content.usage')).items).toMatchObject([
      { used: '2', bar: barOf(2, 5), count: 2, bytes: 6, nextExpiry: first.expiresAt },
      { count: 1, bytes: picture.bytes, nextExpiry: picture.expiresAt },
    ])
    const down = { id: first.id, reason: 'spam' }
    await platform.call('ops', 'paste.takedown', down, { confirm: first.id })
    expect((await platform.call('alice', 'content.usage')).items[0]).toMatchObject({ count: 1 })
    expect((await platform.call('ops', 'content.totals')).items).toMatchObject([
      { what: 'pastes', accounts: 2, live: 2, removed: 1, expired: 0 },
      { what: 'pictures', accounts: 1, live: 1, bytes: picture.bytes, removed: 0, expired: 0 },
    ])
    expect((await platform.call('ops', 'content.usage')).items).toMatchObject([
      { quota: 'no limit', bar: null, limit: null },
      { quota: 'no limit', bar: null, limit: null },
    ])
    await expect(platform.call('alice', 'content.totals')).rejects.toMatchObject({ code: 'not_allowed' })
  })
})
