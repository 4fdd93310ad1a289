import { z } from 'zod'
import { AccountName } from '../accounts/account.ts'
import { findAccount } from '../accounts/find.ts'
import { defineOperation } from '../operation/define.ts'
import { OperationError } from '../operation/errors.ts'
import { money } from './money.ts'
import type { RemotePrice } from './payments.port.ts'
import { allPrices } from './plans.ts'
import { stepTo } from './step.ts'
import { Summary, summaryOf } from './summary.ts'
import { supposeRead } from './would-be.ts'

const difference = (remote: readonly RemotePrice[]) =>
  allPrices()
    .filter(({ price }) => !price.retired)
    .map(({ offer, price: { lookupKey, cents, currency, interval } }) => {
      const wanted = { lookupKey, cents, currency, interval, product: offer.name }
      const known = remote.find((one) => one.lookupKey === lookupKey)
      const same =
        known !== undefined &&
        (Object.keys(wanted) as (keyof RemotePrice)[]).every((field) => known[field] === wanted[field])
      const change: 'none' | 'create' | 'replace' = same ? 'none' : known ? 'replace' : 'create'
      return { ...wanted, title: offer.title, change }
    })

export const syncPlans = defineOperation({
  name: 'ops.plans.sync',
  summary: 'Make the payment provider sell what the plans say.',
  description:
    'With --dry-run it only shows the difference. A price that differs is replaced: who pays the former one goes on paying it.',
  access: 'ops',
  effect: 'write',
  input: z.object({}),
  output: z.object({
    create: z.array(z.string()).describe('Prices that were not sold.'),
    replace: z.array(z.string()).describe('Prices that were other ones.'),
    same: z.array(z.string()),
  }),
  errors: ['unavailable'],
  async before(_input, { billing, dryRun, random }) {
    const items = difference(await billing.payments.prices())
    // What one run has begun another may have to end, so a key is for one try alone.
    const tried = random(8).toString('hex')
    for (const { change, ...price } of items) {
      if (change !== 'none' && !dryRun) await billing.payments.putPrice(price, `price ${price.lookupKey} ${tried}`)
    }
    return items
  },
  async handle(_input, _context, items) {
    const those = (wanted: string) =>
      (items ?? [])
        .filter(({ change }) => change === wanted)
        .map(({ lookupKey, cents, currency, interval }) => `${lookupKey}: ${money(cents, currency)} a ${interval}`)
    return { create: those('create'), replace: those('replace'), same: those('none') }
  },
})

export const syncMember = defineOperation({
  name: 'ops.billing.sync',
  summary: 'Read anew what a member pays for.',
  access: 'ops',
  effect: 'write',
  positional: ['name'],
  input: z.object({ name: AccountName }),
  output: Summary,
  errors: ['not_found', 'unavailable'],
  examples: ['alice'],
  async before({ name }, { read, billing, dryRun }) {
    const row = await read(async (store) => store.billing.byAccount((await findAccount(store, name)).id))
    if (!row?.customer_id) return null
    if (dryRun) return billing.payments.customer(row.customer_id)
    await billing.sync(row.customer_id)
    return null
  },
  async handle({ name }, { store, now }, state) {
    const account = await findAccount(store, name)
    if (state) await supposeRead(store, account.id, state)
    return summaryOf(store, account, now)
  },
})

export const advanceSandbox = defineOperation({
  name: 'ops.sandbox.advance',
  summary: 'Move the payment sandbox’s clock on.',
  description:
    'Bills fall due, cards are tried, members are reminded, grace periods end, day by day and for everybody; there is no way back.',
  access: 'ops',
  effect: 'write',
  positional: ['by'],
  input: z.object({
    by: z
      .string()
      .regex(/^\d{1,4}[dh]$/, 'Say days or hours: 40d or 6h.')
      .describe('By how much, such as 40d or 6h.'),
  }),
  output: z.object({ now: z.string().describe('The time by that clock; ISO 8601.') }),
  errors: ['invalid_input', 'not_allowed'],
  examples: ['40d', '6h'],
  async before({ by }, { dryRun, decided, ...deps }) {
    const { billing, read, now } = deps
    const { sandbox } = billing
    if (!sandbox) throw new OperationError('not_allowed', 'Payments are Stripe’s here, whose clock nobody moves.')
    const hours = Number.parseInt(by, 10) * (by.endsWith('d') ? 24 : 1)
    const clock = () => read((store) => store.billing.now(now()))
    // Where it is to stand, not by how much it moves: tried again, it moves no further.
    const to = await decided(async () => (await clock()).getTime() + hours * 3_600_000)
    return dryRun ? new Date(to) : stepTo({ ...deps, sandbox }, new Date(to))
  },
  handle: async (_input, { now }, at) => ({ now: (at ?? now).toISOString() }),
})
