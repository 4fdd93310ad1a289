import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { paymentsContract } from '@irc-now/core/billing/payments.contract'
import { createStripePayments } from '@irc-now/core/billing/payments.stripe'
import { afterAll, expect, test } from 'vitest'
import { testPort } from '../ports.ts'

const secrets = ['whsec_new', 'whsec_old']
let mock: ChildProcess | undefined
const servers: Server[] = []
afterAll(async () => {
  for (const server of servers) server.close()
  if (!mock || mock.exitCode !== null) return
  const ended = once(mock, 'exit')
  mock.kill()
  await ended
})

async function startMock(): Promise<string> {
  const port = await testPort()
  const program = process.env.STRIPE_MOCK
  if (!program) throw new Error('run this by “npm run test:stripe”')
  mock = spawn(program, ['-http-addr', `127.0.0.1:${port}`], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  while (
    !(await fetch(url)
      .then(() => true)
      .catch(() => false))
  )
    await delay(50)
  const named = createServer((request, response) => void answer(url, request, response))
  await once(named.listen(0, '127.0.0.1'), 'listening')
  servers.push(named)
  return `http://127.0.0.1:${(named.address() as AddressInfo).port}`
}

/** The mock answers with one example whatever key is asked for; here its example has the keys that were asked for. */
async function answer(mockUrl: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const headers = new Headers()
  for (const name of ['authorization', 'content-type', 'stripe-version', 'idempotency-key'])
    if (request.headers[name]) headers.set(name, String(request.headers[name]))
  const body = request.method === 'GET' ? null : await text(request)
  const answered = await fetch(mockUrl + request.url, { method: request.method ?? 'GET', headers, body })
  const json = (await answered.json()) as { data?: object[] }
  const { pathname, searchParams } = new URL(request.url ?? '', mockUrl)
  const keys = [...searchParams].filter(([name]) => name.startsWith('lookup_keys')).map(([, key]) => key)
  if (pathname === '/v1/prices' && keys.length > 0)
    json.data = keys.map((lookup_key, i) => ({ ...json.data?.[0], id: `price_${i}`, lookup_key }))
  response.writeHead(answered.status, { 'content-type': 'application/json' }).end(JSON.stringify(json))
}

// Every call must have the shape that Stripe's API description wants, or the mock refuses it.
paymentsContract('Stripe, as stripe-mock has it', async () => ({
  payments: await createStripePayments({
    secretKey: 'sk_test_mock',
    webhookSecrets: secrets,
    apiUrl: await startMock(),
  }),
  secrets,
  remembers: false,
  now: () => new Date(),
}))

const key = process.env.STRIPE_API_KEY
if (key?.startsWith('sk_test_')) {
  paymentsContract('Stripe itself, in its test mode', async () => ({
    payments: await createStripePayments({ secretKey: key, webhookSecrets: secrets }),
    secrets,
    remembers: true,
    now: () => new Date(),
  }))
} else console.warn('Stripe itself was not asked: STRIPE_API_KEY=sk_test_… is not set')

test('what a write wants is accepted, and what can’t be reached is said so', async () => {
  const apiUrl = `http://127.0.0.1:${await testPort()}`
  const nowhere = await createStripePayments({ secretKey: 'sk_test_mock', webhookSecrets: secrets, apiUrl })
  await expect(nowhere.customer('cus_1')).rejects.toMatchObject({ code: 'unavailable' })
  const mocked = `http://127.0.0.1:${(servers[0]!.address() as AddressInfo).port}`
  const payments = await createStripePayments({
    secretKey: 'sk_test_mock',
    webhookSecrets: secrets,
    apiUrl: mocked,
  })
  await payments.setEnd('cus_1', 'sub_1', 'period_end', 'a')
  await payments.setEnd('cus_1', 'sub_1', 'never', 'b')
  await payments.setEnd('cus_1', 'sub_1', 'now', 'c')
  const items = [{ lookupKey: 'bots_month_v1', quantity: 2 }]
  // It has one example of a subscription for all questions.
  const from = (await payments.customer('cus_1')).subscriptions[0]!.items
  const change = { customerId: 'cus_1', subscriptionId: 'sub_1', from, items }
  await payments.change(change, 'd')
  expect(Number.isSafeInteger((await payments.preview(change)).dueNow)).toBe(true)
  expect(['open', 'complete', 'expired']).toContain(await payments.checkoutState('cs_1'))
  const wrong = await createStripePayments({
    secretKey: 'not-a-key',
    webhookSecrets: secrets,
    apiUrl: mocked,
  })
  await expect(wrong.customer('cus_1')).rejects.toMatchObject({ code: 'unavailable' })
})
