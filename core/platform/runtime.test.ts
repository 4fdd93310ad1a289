import { afterAll, beforeAll, expect, it } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import type { Database } from '../store/database.ts'

onBothDatabases('Transactions', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  let alice: string
  let bob: string
  beforeAll(async () => {
    database = await open()
    platform = await createTestPlatform(database)
    alice = await platform.member('alice')
    bob = await platform.member('bob')
  })
  afterAll(() => database.close())

  const told = (id: string) =>
    platform.runtime.read(async (store) => (await store.events.after(id, '0')).map(({ message }) => message))

  it('that wait for each other both hold in the end, each once', async () => {
    let tries = 0
    /** Where transactions run at once, each has its first row before either wants the other's. */
    const bothHaveOne = Promise.withResolvers<void>()
    const rename = (first: string, second: string, name: string) =>
      platform.runtime.transaction(async (store) => {
        tries += 1
        await store.accounts.update(first, { display_name: name })
        if (tries === 2) bothHaveOne.resolve()
        if (database.kind === 'postgresql') await bothHaveOne.promise
        await store.accounts.update(second, { display_name: name })
        store.events.tell({ accountId: alice, subject: 's', type: 't', message: `to ${name}`, at: new Date() })
      })
    await Promise.all([rename(alice, bob, 'one'), rename(bob, alice, 'other')])
    expect(tries).toBe(database.kind === 'postgresql' ? 3 : 2)
    expect((await told(alice)).sort()).toEqual(['to one', 'to other'])
  })

  it('that tell two accounts, each in an order of its own, do not wait for each other', async () => {
    let tries = 0
    const tell = (...ids: readonly string[]) =>
      platform.runtime.transaction(async (store) => {
        tries += 1
        for (const accountId of ids)
          store.events.tell({ accountId, subject: 's', type: 't', message: `first ${ids[0]}`, at: new Date() })
      })
    await Promise.all(Array.from({ length: 20 }, (_, n) => (n % 2 ? tell(alice, bob) : tell(bob, alice))))
    expect(tries).toBe(20)
    expect(await told(bob)).toHaveLength(20)
  })

  it('that are asked for what no text can be say so', async () => {
    const asked = platform.runtime.read((store) => store.billing.byCheckout('a\0b'))
    await expect(asked).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
