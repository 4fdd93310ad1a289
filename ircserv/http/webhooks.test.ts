import { signWebhook } from '@irc-now/core/billing/webhook-signature'
import { sandboxSecret } from '@irc-now/core/platform/billing'
import type { Database } from '@irc-now/core/store/database'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestPglite } from '../../test/pglite.ts'
import { createTestPlatform } from '../../test/platform.ts'
import { createWebhooks } from './webhooks.ts'

let database: Database
let platform: Awaited<ReturnType<typeof createTestPlatform>>
let app: ReturnType<typeof createWebhooks>
let synced: string[] = []
const logged: string[] = []
beforeAll(async () => {
  database = await openTestPglite()
  platform = await createTestPlatform(database)
  const sync = async (customerId: string) => void synced.push(customerId)
  app = createWebhooks({
    runtime: { ...platform.runtime, billing: { ...platform.runtime.billing, sync } },
    log: pino({}, { write: (line) => logged.push(line) }),
  })
})
afterAll(() => database?.close())

const bodyOf = (id: string) =>
  JSON.stringify({
    id,
    object: 'event',
    type: 'invoice.paid',
    data: { object: { object: 'invoice', customer: 'cus_1' } },
  })
const now = () => Math.floor(Date.now() / 1000)
const secret = () => sandboxSecret(platform.keyring.key)
async function post(body: string, signature = signWebhook(body, secret(), now()), address = '192.0.2.1') {
  synced = []
  const headers = { 'content-type': 'application/json', 'stripe-signature': signature }
  const answer = await app.request('/webhooks/stripe', { method: 'POST', body, headers }, { address })
  return [answer.status, synced]
}

test('a webhook is answered at once, and leads to one synchronisation however often it is sent', async () => {
  expect(await post(bodyOf('evt_1'))).toEqual([200, ['cus_1']])
  expect(await post(bodyOf('evt_1'))).toEqual([200, []])
  expect(await post(bodyOf('evt_2'))).toEqual([200, ['cus_1']])
})

test('what is forged, replayed too late, cut short or too large changes nothing', async () => {
  const body = bodyOf('evt_3')
  const good = signWebhook(body, secret(), now())
  for (const [text, signature] of [
    [body, ''],
    [body, signWebhook(body, 'whsec_other', now())],
    [body, signWebhook(body, secret(), now() - 301)],
    [body.slice(0, -2), good],
    [body.replace('cus_1', 'cus_2'), good],
    [`${body}\n`, good],
  ] as const)
    expect(await post(text, signature)).toEqual([403, []])
  expect((await post('x'.repeat(1024 * 1024 + 1)))[0]).toBe(413)
  expect((await app.request('/webhooks/stripe')).status).toBe(404)
  // Refused, it is not taken for known.
  expect(await post(body, good)).toEqual([200, ['cus_1']])
})

test('a flood of forged ones is refused before it is looked at and logged; who signs is not held up', async () => {
  const body = bodyOf('evt_4')
  const before = logged.length
  const statuses = []
  for (let i = 0; i < 100; i += 1) statuses.push((await post(body, 'forged', '192.0.2.2'))[0])
  expect(new Set(statuses)).toEqual(new Set([403, 429]))
  expect(logged.length - before).toBe(statuses.filter((status) => status === 403).length)
  expect(logged.length - before).toBeLessThan(70)
  for (let i = 0; i < 100; i += 1) expect((await post(bodyOf(`evt_of_many_${i}`)))[0]).toBe(200)
})
