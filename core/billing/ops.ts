import { createHash } from 'node:crypto'
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

/** What is to be sold, by its prices and its products' names, beside what is. */
function difference(remote: readonly RemotePrice[]) {
  const prices = allPrices()
    .filter(({ price }) => !price.retired)
    .map(({ offer, price: { lookupKey, cents, currency, interval } }) => {
      const wanted = { lookupKey, cents, currency, interval, product: offer.name }
      const known = remote.find((one) => one.lookupKey === lookupKey)
      const same =
        known !== undefined &&
        (Object.keys(wanted) as (keyof typeof wanted)[]).every((field) => known[field] === wanted[field])
      const change: 'none' | 'create' | 'replace' = same ? 'none' : known ? 'replace' : 'create'
      return { ...wanted, title: offer.title, change }
    })
  const titles = new Map(prices.map(({ product, title }) => [product, title]))
  const renames = [...titles].flatMap(([product, title]) => {
    const former = remote.find((one) => one.product === product)?.title ?? title
    return former === title ? [] : [{ product, title, former }]
  })
  return { prices, renames }
}
type Difference = ReturnType<typeof difference>

const outputOf = ({ prices, renames }: Difference) => {
  const those = (wanted: string) =>
    prices
      .filter(({ change }) => change === wanted)
      .map(({ lookupKey, cents, currency, interval }) => `${lookupKey}: ${money(cents, currency)} a ${interval}`)
  return {
    create: those('create'),
    replace: those('replace'),
    rename: renames.map(({ product, title, former }) => `${product}: ${title}, not ${former}`),
    same: those('none'),
  }
}

/** Throws unless this very difference was seen and confirmed. */
function assertShown(found: Difference, confirm: string | undefined): void {
  const { create, replace, rename } = outputOf(found)
  const expected = createHash('sha256')
    .update(JSON.stringify([create, replace, rename]))
    .digest('hex')
    .slice(0, 8)
  if (confirm === expected) return
  const parts = [
    ['creates', create],
    ['replaces', replace],
    ['renames', rename],
  ] as const
  const shown = parts.flatMap(([verb, lines]) => (lines.length === 0 ? [] : [`${verb} ${lines.join('; ')}`]))
  throw new OperationError(
    confirm === undefined ? 'confirmation_required' : 'confirmation_invalid',
    `This ${shown.join(', and ')}. Repeat “${expected}” to confirm.`,
    { details: { expected, create, replace, rename } },
  )
}

export const syncPlans = defineOperation({
  name: 'ops.plans.sync',
  summary: 'Make the payment provider sell what the plans say.',
  description:
    'The difference is shown first, and is to be confirmed. A price that differs is replaced: who pays the former one goes on paying it.',
  access: 'ops',
  effect: 'write',
  input: z.object({}),
  output: z.object({
    create: z.array(z.string()).describe('Prices that were not sold.'),
    replace: z.array(z.string()).describe('Prices that were other ones.'),
    rename: z.array(z.string()).describe('Products that had another name.'),
    same: z.array(z.string()),
  }),
  errors: ['confirmation_required', 'unavailable'],
  async before(_input, { billing: { payments }, confirm, dryRun, random }) {
    const found = difference(await payments.prices())
    const changes = found.prices.filter(({ change }) => change !== 'none')
    if (dryRun || changes.length + found.renames.length === 0) return found
    assertShown(found, confirm)
    // What one run has begun another may have to end, so a key is for one try alone.
    const tried = random(8).toString('hex')
    for (const { change: _, ...price } of changes) await payments.putPrice(price, `price ${price.lookupKey} ${tried}`)
    for (const { product, title } of found.renames)
      await payments.nameProduct(product, title, `name ${product} ${tried}`)
    return found
  },
  handle: async (_input, _context, found) => outputOf(found ?? { prices: [], renames: [] }),
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
