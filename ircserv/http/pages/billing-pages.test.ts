import { expect, test } from 'vitest'
import { openTestPglite } from '../../../test/pglite.ts'
import { createTestPlatform } from '../../../test/platform.ts'
import { quietLog } from '../../../test/quiet-log.ts'
import { createBillingDonePage } from './billing-done.ts'
import { createSandboxPages } from './sandbox.ts'

test('what can’t be an id in an address is none, and no failure of ours', async () => {
  const database = await openTestPglite()
  try {
    const { runtime } = await createTestPlatform(database)
    const done = createBillingDonePage({ runtime, log: quietLog })
    const sandbox = createSandboxPages({ sandbox: runtime.billing.sandbox!, log: quietLog })
    const env = { address: '192.0.2.1' }
    for (const id of ['%00', 'x%00', '%ff', '%F0%9F%98%80', 'x'.repeat(5000)]) {
      for (const name of ['checkout', 'customer'])
        expect((await done.request(`/billing/done?${name}=${id}`, {}, env)).status).toBe(200)
      for (const path of [`/sandbox/checkout/${id}`, `/sandbox/portal/${id}`])
        for (const method of ['GET', 'POST']) expect((await sandbox.request(path, { method }, env)).status).toBe(404)
    }
  } finally {
    await database.close()
  }
})

test('the page of a checkout, whose id has a dash in it, is there', async () => {
  const database = await openTestPglite()
  try {
    const { runtime, member, call } = await createTestPlatform(database)
    const sandbox = createSandboxPages({ sandbox: runtime.billing.sandbox!, log: quietLog })
    const env = { address: '192.0.2.1' }
    await member('alice')
    for (const { url } of [
      await call('alice', 'billing.upgrade', { plan: 'pro' }),
      await call('alice', 'billing.portal'),
    ]) {
      const answer = await sandbox.request(new URL(url).pathname, {}, env)
      expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Test card')])
    }
  } finally {
    await database.close()
  }
})

test('who comes back from a page on which they have paid has it, without any webhook', async () => {
  const database = await openTestPglite()
  try {
    const { runtime, member, call } = await createTestPlatform(database)
    const env = { address: '192.0.2.1' }
    const sandbox = createSandboxPages({ sandbox: runtime.billing.sandbox!, log: quietLog })
    const done = createBillingDonePage({ runtime, log: quietLog })
    await member('alice')
    const { url } = await call('alice', 'billing.upgrade', { plan: 'pro' })
    const body = new URLSearchParams({ card: '4242424242424242' })
    const paid = await sandbox.request(new URL(url).pathname, { method: 'POST', body }, env)
    const back = new URL(paid.headers.get('location')!)
    expect(back.pathname).toBe('/billing/done')
    expect((await done.request(back.pathname + back.search, {}, env)).status).toBe(200)
    expect(await call('alice', 'billing.show')).toMatchObject({ plan: 'pro', status: { phase: 'active' } })
  } finally {
    await database.close()
  }
})
