import { z } from 'zod'
import { defineOperation } from '../operation/define.ts'

export const platformStatus = defineOperation({
  name: 'platform.status',
  summary: 'Show every part of the platform, its health and version.',
  access: 'ops',
  effect: 'read',
  input: z.object({}),
  output: z.object({
    items: z.array(
      z.object({
        name: z.string(),
        healthy: z.boolean(),
        version: z.string().nullable(),
        detail: z.string().nullable(),
      }),
    ),
  }),
  errors: [],
  columns: ['name', 'healthy', 'version', 'detail'],
  async handle(_input, { platform, store }) {
    return { items: [...(await platform.health(store))] }
  },
})
