import { z } from 'zod'
import { AccountName, oneLine } from '../accounts/account.ts'
import { findAccount } from '../accounts/find.ts'
import { defineOperation } from '../operation/define.ts'
import { OperationError } from '../operation/errors.ts'
import { countsBytes } from '../operation/limit-amount.ts'
import type { OverrideRow } from './billing-store.ts'
import { addonNames, limitNames, offerOf, planNames } from './plans.ts'
import { reviewAccount } from './review.ts'

const What = z
  .enum([...planNames, ...addonNames, ...limitNames])
  .describe('A limit, or a plan or add-on that is given away.')

/** A petabyte is more than anybody has; of anything else, a million: a date so many days from now can still be told. */
const mostBytes = 1024 ** 5
const mostOfOthers = 1_000_000

/** What an operator has given or denied a member. */
export const Override = z.object({
  what: z.string(),
  value: z.int().nullable().describe('Null is no limit.'),
  reason: z.string(),
  until: z.string().nullable().describe('ISO 8601; null is until it is taken back.'),
  by: z.string(),
})

export const overrideOf = (row: OverrideRow): z.input<typeof Override> => ({
  what: row.name,
  value: row.value,
  reason: row.reason,
  until: row.ends_at?.toISOString() ?? null,
  by: row.created_by,
})

export const setOverride = defineOperation({
  name: 'plan.override.set',
  summary: 'Give a member other limits, or a plan, until a day.',
  description: 'It takes the place of what they pay for, and of a former override of the same.',
  access: 'ops',
  effect: 'write',
  positional: ['name', 'what', 'value'],
  input: z.object({
    name: AccountName,
    what: What,
    value: z
      .int()
      .min(0)
      .max(mostBytes)
      .nullable()
      .optional()
      .describe('The limit; empty for none. Of a plan, how many: 1.'),
    reason: oneLine(200).min(1).describe('Why; the member sees it.'),
    until: z.iso.date().optional().describe('The day on which it ends, such as 2027-01-31; without one it stays.'),
  }),
  output: Override,
  errors: ['not_found', 'invalid_input'],
  examples: ['alice upstreams 20 --reason "helps with testing" --until 2027-01-31', 'alice pro --reason "a gift"'],
  async handle({ name, what, value, reason, until }, { actor, store, now }) {
    const row = await findAccount(store, name)
    if (value === undefined && !offerOf(what))
      throw new OperationError('invalid_input', 'Say the limit’s value, or an empty one for no limit.', {
        field: 'value',
      })
    if (value && value > mostOfOthers && !countsBytes(what))
      throw new OperationError('invalid_input', `Say at most ${mostOfOthers}, or an empty value for no limit.`, {
        field: 'value',
      })
    const ends = until === undefined ? null : new Date(`${until}T00:00:00Z`)
    if (ends && ends <= (await store.billing.now(now)))
      throw new OperationError('invalid_input', 'until: that day has begun already.', { field: 'until' })
    await store.accounts.lock(row.id)
    const set = { account_id: row.id, name: what, value: value === undefined ? 1 : value, reason, ends_at: ends }
    await store.billing.setOverride({ ...set, created_by: actor.name, created_at: now })
    await reviewAccount(store, row.id, now)
    return overrideOf((await store.billing.overrides(row.id)).find((one) => one.name === what)!)
  },
})

export const listOverrides = defineOperation({
  name: 'plan.override.list',
  summary: 'List what a member was given or denied.',
  access: 'ops',
  effect: 'read',
  positional: ['name'],
  input: z.object({ name: AccountName }),
  output: z.object({ items: z.array(Override) }),
  columns: ['what', 'value', 'until', 'reason', 'by'],
  errors: ['not_found'],
  examples: ['alice'],
  async handle({ name }, { store }) {
    const row = await findAccount(store, name)
    return { items: (await store.billing.overrides(row.id)).map(overrideOf) }
  },
})

export const removeOverride = defineOperation({
  name: 'plan.override.remove',
  summary: 'Take back what a member was given or denied.',
  access: 'ops',
  effect: 'write',
  positional: ['name', 'what'],
  input: z.object({ name: AccountName, what: What }),
  output: z.object({ name: z.string(), plan: z.string().describe('What they are now.') }),
  errors: ['not_found'],
  examples: ['alice upstreams'],
  async handle({ name, what }, { store, now }) {
    const row = await findAccount(store, name)
    await store.accounts.lock(row.id)
    await store.billing.deleteOverride(row.id, what)
    await reviewAccount(store, row.id, now)
    return { name: row.name, plan: (await store.accounts.byId(row.id))!.plan }
  },
})
