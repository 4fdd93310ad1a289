import { expect, test } from 'vitest'
import { openTestPglite } from '../../../test/pglite.ts'
import { createTestPlatform } from '../../../test/platform.ts'
import { run } from '../../operation/run.ts'
import type { Runtime } from '../../operation/runtime.ts'
import { showBouncer } from './show.ts'

test('a bouncer that goes while it is being shown is shown as it was', async () => {
  const database = await openTestPglite()
  const { runtime, member, call } = await createTestPlatform(database)
  const accountId = await member('alice')
  await call('alice', 'bouncer.create')
  const read: Runtime['read'] = (work) =>
    runtime.read((store) => {
      const byName: typeof store.bouncers.byName = async (...whose) => {
        const row = await store.bouncers.byName(...whose)
        await store.bouncers.purge(row!.id)
        return row
      }
      return work({ ...store, bouncers: { ...store.bouncers, byName } })
    })
  const caller = { accountId, via: 'http' as const, scopes: ['*'] }
  const show = (how: Runtime) => run(how, showBouncer, { name: 'main' }, caller, {})
  expect(await show({ ...runtime, read })).toMatchObject({ name: 'main' })
  await expect(show(runtime)).rejects.toMatchObject({ code: 'not_found' })
  await database.close()
})
