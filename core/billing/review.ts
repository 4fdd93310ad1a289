import type { Stores } from '../store/stores.ts'
import { expireLater } from './content-end.ts'
import { entitlements } from './entitlements.ts'
import { noticesOf, type Told } from './notices.ts'
import { queueClaims } from './outbox.ts'
import { holdToLimits } from './over-limit.ts'

/**
 * Makes an account be what its facts say, inside the caller's transaction: its plan's name, what is stopped or goes on,
 * what its member and the identity provider are told, and when it is to be looked at again. Twice does no harm.
 */
export async function reviewAccount(store: Stores, accountId: string, real: Date): Promise<void> {
  await store.accounts.lock(accountId)
  const account = await store.accounts.byId(accountId)
  if (!account || account.deleted_at) return
  await store.billing.open(accountId)
  const row = (await store.billing.byAccount(accountId))!
  const { facts, now } = await store.billing.facts(accountId, real)
  const entitled = entitlements({ ...facts, ops: account.plan === 'ops' }, now)
  if (account.plan !== entitled.plan) await store.accounts.update(accountId, { plan: entitled.plan })

  const told = JSON.parse(row.told || '{}') as Told
  const found = noticesOf(facts, entitled, told, now)
  const say = (type: string, message: string) =>
    store.events.tell({ accountId, subject: `account/${account.name}`, type, message, at: real, notice: true })
  for (const { type, message } of found.notices) say(type, message)
  const held = await holdToLimits(store, accountId, entitled)
  if (held.length > 0) say('billing.limits', `By your plan, ${held.join(', ')}.`)
  const content = await expireLater(store, accountId, row, entitled, now, real)
  for (const message of content.notices) say('billing.content', message)
  await queueClaims(store, accountId, real, {
    plan: entitled.plan,
    stripeCustomerId: row.customer_id,
    contentExpires: !(entitled.keepsForEver && account.keeps_content),
  })
  const times = [found.nextAt, entitled.changesAt, content.nextAt].filter((at): at is Date => at !== null)
  await store.billing.change(accountId, {
    told: JSON.stringify(found.told),
    review_at: times.length === 0 ? null : new Date(Math.min(...times.map((at) => at.getTime()))),
    ...content.set,
  })
}
