import { afterEach, beforeEach, expect, it } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import type { Database } from './database.ts'
import { together } from './together.ts'

onBothDatabases('Asking together', (open) => {
  let database: Database
  let platform: Awaited<ReturnType<typeof createTestPlatform>>
  beforeEach(async () => {
    database = await open()
    platform = await createTestPlatform(database)
    for (const name of ['alice', 'bob']) await platform.member(name)
  })
  afterEach(() => database.close())

  it('gives each his own answer, by one question', async () => {
    const asked: (readonly string[])[] = []
    const nameOf = together(database.kysely, async (keys) => {
      asked.push(keys)
      const rows = await database.kysely.selectFrom('accounts').select('name').where('name_key', 'in', keys).execute()
      return (key) => rows.find(({ name }) => name === key)?.name
    })
    expect(await Promise.all(['alice', 'nobody', 'bob', 'alice'].map(nameOf))).toEqual([
      'alice',
      undefined,
      'bob',
      'alice',
    ])
    expect(asked).toEqual([['alice', 'nobody', 'bob']])
  })

  it('lets nobody suffer for another’s impossible question', async () => {
    const find = (name: string) => platform.runtime.read((store) => store.accounts.byName(name))
    const [alice, impossible] = await Promise.allSettled([find('alice'), find('a\0b')])
    expect(alice).toMatchObject({ status: 'fulfilled', value: { name: 'alice' } })
    expect(impossible.status).toBe('rejected')
  })

  it('asks once for one who is alone, also when that fails', async () => {
    let asked = 0
    const find = together(database.kysely, async () => {
      asked += 1
      throw new Error('no answer')
    })
    await expect(find('alice')).rejects.toThrow('no answer')
    expect(asked).toBe(1)
  })

  it('lists each account’s bouncers, and sees at once that one is suspended', async () => {
    await platform.call('alice', 'bouncer.create')
    await platform.call('ops', 'bouncer.create')
    const list = (who: string) => platform.call(who, 'bouncer.list')
    const [alice, bob] = await Promise.all([list('alice'), list('bob'), list('ops')])
    expect(alice.items).toMatchObject([{ name: 'main', username: 'alice', upstreams: '0 of 1 connected' }])
    expect(bob.items).toEqual([])
    const before = list('alice')
    await platform.call('ops', 'account.suspend', { name: 'alice', reason: 'spam' })
    await before.catch(() => undefined)
    await expect(list('alice')).rejects.toMatchObject({ code: 'suspended' })
  })
})
