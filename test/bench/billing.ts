import { randomBytes } from 'node:crypto'
import { entitlements } from '@irc-now/core/billing/entitlements'
import { signWebhook } from '@irc-now/core/billing/webhook-signature'
import { receiveWebhook } from '@irc-now/core/billing/webhooks'
import { sandboxSecret } from '@irc-now/core/platform/billing'
import { type Database, openPglite, openPostgresql } from '@irc-now/core/store/database'
import { createTestPlatform } from '../platform.ts'
import { startPostgresql } from '../postgresql.ts'
import { ms, print, quantile, timed } from './harness.ts'

const events = 2000
const customers = 100

/** Webhooks a second, each kept and its customer read anew; from a payment until it holds; entitlements alone. */
export async function benchBilling(): Promise<void> {
  const rows: string[][] = []
  const postgresql = await startPostgresql()
  try {
    rows.push(await webhooks('PGlite', await openPglite()))
    rows.push(await webhooks('PostgreSQL', await openPostgresql(await postgresql.databaseUrl())))
  } finally {
    await postgresql.stop()
  }
  print(
    'Webhooks',
    ['database', `${events} events of ${customers} customers, settled`, 'from webhook to entitlement, median', 'p99'],
    rows,
  )
  const facts = {
    ops: false,
    disputed: false,
    held: null,
    overrides: [],
    subscriptions: [
      {
        status: 'active' as const,
        unpaidSince: null,
        items: ['pro', 'network-growth', 'bots', 'log-search'].map((offer) => ({ offer, quantity: 1 })),
      },
    ],
  }
  const now = new Date()
  const calls = 200_000
  const taken = await timed(async () => {
    for (let i = 0; i < calls; i += 1) entitlements(facts, now)
  })
  print('Entitlements', ['what', 'a second'], [['entitlements(), 4 items', String(Math.round((calls / taken) * 1000))]])
}

async function webhooks(name: string, database: Database): Promise<string[]> {
  try {
    const { runtime, keyring, member, call } = await createTestPlatform(database)
    const secret = sandboxSecret(keyring.key)
    const ids: string[] = []
    for (let i = 0; i < customers; i += 1) {
      const accountId = await member(`m${i}`)
      const { url } = await call(`m${i}`, 'billing.upgrade', { plan: 'pro' })
      await runtime.billing.sandbox!.pay(url.split('/').at(-1)!, '4242424242424242', false)
      ids.push((await runtime.read((store) => store.billing.byAccount(accountId)))!.customer_id!)
    }
    const post = async (customer: string) => {
      const id = `evt_${randomBytes(8).toString('hex')}`
      const body = JSON.stringify({ id, type: 'invoice.paid', data: { object: { object: 'invoice', customer } } })
      const { settled } = await receiveWebhook(runtime, body, signWebhook(body, secret, Math.floor(Date.now() / 1000)))
      await settled
    }
    const alone: number[] = []
    for (const id of ids) alone.push(await timed(() => post(id)))
    const all = await timed(async () => {
      for (let i = 0; i < events; i += 50)
        await Promise.all(Array.from({ length: 50 }, (_, n) => post(ids[(i + n) % customers]!)))
    })
    return [name, `${Math.round((events / all) * 1000)} a second`, ms(quantile(alone, 0.5)), ms(quantile(alone, 0.99))]
  } finally {
    await database.close()
  }
}
