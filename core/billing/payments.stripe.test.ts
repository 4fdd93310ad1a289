import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { createStripePayments } from './payments.stripe.ts'

test('of a customer whom Stripe does not know there is nothing', async () => {
  const error = {
    type: 'invalid_request_error',
    code: 'resource_missing',
    param: 'customer',
    message: 'No such customer',
  }
  const server = createServer((_request, response) => {
    response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify({ error }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const payments = await createStripePayments({ secretKey: 'sk_test_x', webhookSecrets: ['x'], apiUrl })
    expect(await payments.customer('cus_gone')).toEqual({ subscriptions: [], disputed: false })
  } finally {
    server.close()
  }
})
