import { afterAll, beforeAll, expect, it } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import type { Database } from './database.ts'

onBothDatabases('What members are still to be told', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  beforeAll(async () => {
    database = await open()
    platform = await createTestPlatform(database)
    for (const name of ['Alice', 'bob']) {
      await platform.member(name)
      const { id } = (await platform.runtime.read((store) => store.accounts.byName(name)))!
      for (const message of ['one', 'two'])
        await platform.runtime.transaction(async (store) =>
          store.events.tell({ accountId: id, subject: 's', type: 't', message, at: new Date(), notice: true }),
        )
    }
  })
  afterAll(() => database.close())

  it('is read past those who are known to be away, however much waits for them', async () => {
    const read = (except: readonly string[], limit?: number) =>
      platform.runtime.read(async (store) =>
        (await store.events.unsaid(except, limit)).map(({ account, message }) => `${account} ${message}`),
      )
    expect(await read([])).toEqual(['Alice one', 'Alice two', 'bob one', 'bob two'])
    expect(await read([], 2)).toEqual(['Alice one', 'Alice two'])
    expect(await read(['alice'], 2)).toEqual(['bob one', 'bob two'])
    expect(await read(['alice', 'bob'])).toEqual([])
  })
})
