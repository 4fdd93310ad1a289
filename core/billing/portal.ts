import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'
import { knownCustomer } from './customer.ts'
import { money } from './money.ts'

export const openPortal = defineOperation({
  name: 'billing.portal',
  summary: 'Get a link to the page for your card and your bills.',
  description: 'The link is yours alone and works for a while. An open bill is paid there.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({ url: z.string().meta({ main: true, visit: true }) }),
  errors: ['not_found', 'unavailable'],
  async before(_input, before) {
    const customerId = await knownCustomer(before)
    return before.billing.payments.portal(customerId, `${before.platform.httpUrl}/billing/done?customer=${customerId}`)
  },
  handle: async (_input, _context, url) => ({ url: url! }),
})

export const listInvoices = defineOperation({
  name: 'billing.invoices',
  summary: 'List your bills.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({
    items: z.array(
      z.object({
        id: z.string(),
        date: z.string().describe('ISO 8601'),
        amount: z.string(),
        cents: z.int(),
        status: z.enum(['draft', 'open', 'paid', 'uncollectible', 'void']),
        url: z.string().nullable(),
      }),
    ),
  }),
  columns: ['date', 'amount', 'status', 'id'],
  errors: ['unavailable'],
  async before(_input, { actor, billing, read }) {
    const row = await read((store) => store.billing.byAccount(actor.id))
    return row?.customer_id ? billing.payments.invoices(row.customer_id) : []
  },
  async handle(_input, _context, invoices) {
    return {
      items: (invoices ?? []).map(({ id, createdAt, cents, currency, status, url }) => ({
        id,
        date: createdAt.toISOString(),
        amount: money(cents, currency),
        cents,
        status,
        url,
      })),
    }
  },
})
