import { pino } from 'pino'
import { afterAll, expect, test } from 'vitest'
import { onBothDatabases } from '../../test/databases.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { createNowServDeps } from './platform-deps.ts'

onBothDatabases('what NowServ does with the platform', (open) => {
  let close: () => unknown = () => undefined
  afterAll(() => close())

  test('how a member wants to be answered is kept, and is in their export', { timeout: 60_000 }, async () => {
    const database = await open()
    close = () => database.close()
    const platform = await createTestPlatform(database)
    await platform.member('alice')
    const { replies } = createNowServDeps({
      operations: [],
      runtime: platform.runtime,
      wake: () => () => undefined,
      log: pino({ enabled: false }),
    })
    expect(await replies?.of('alice')).toBe('NOTICE')
    await replies?.keep('Alice', 'PRIVMSG')
    expect(await replies?.of('alice')).toBe('PRIVMSG')
    expect((await platform.call('alice', 'account.export')).replies).toBe('PRIVMSG')
    expect(await replies?.of('nobody')).toBeUndefined()
    await expect(replies?.keep('nobody', 'NOTICE')).rejects.toMatchObject({ code: 'not_signed_in' })
  })
})
