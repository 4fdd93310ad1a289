import { z } from 'zod'
import { byteSize } from '../operation/byte-size.ts'
import { defineOperation } from '../operation/define.ts'

export const contentTotals = defineOperation({
  name: 'content.totals',
  summary: 'Show how much all members have published.',
  access: 'ops',
  effect: 'read',
  input: z.object({}),
  output: z.object({
    items: z.array(
      z.object({
        what: z.enum(['pastes', 'pictures']),
        accounts: z.int().describe('That have some which can be seen.'),
        live: z.int().describe('That can be seen.'),
        size: z.string().describe('Theirs, as people read it.'),
        removed: z.int().describe('Taken down, and not yet expired.'),
        expired: z.int().describe('That the sweep has not deleted yet.'),
        bytes: z.int(),
      }),
    ),
  }),
  errors: [],
  columns: ['what', 'live', 'size', 'accounts', 'removed', 'expired'],
  async handle(_input, { store, now }) {
    const [pastes, pictures] = [await store.pastes.total(now), await store.pictures.total(now)]
    return {
      items: [
        { what: 'pastes' as const, size: byteSize(pastes.bytes), ...pastes },
        { what: 'pictures' as const, size: byteSize(pictures.bytes), ...pictures },
      ],
    }
  },
})
