import { z } from 'zod'
import { limitAllowed } from '../billing/limit-text.ts'
import { byteSize } from '../operation/byte-size.ts'
import { defineOperation } from '../operation/define.ts'
import { barOf, Use } from './content-use.ts'

export const contentUsage = defineOperation({
  name: 'content.usage',
  summary: 'Show how much of your plan your pastes and pictures use, and what expires next.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({ items: z.array(Use) }),
  errors: [],
  columns: ['what', 'used', 'quota', 'bar', 'nextExpiry'],
  async handle(_input, { actor, store, entitlements, now }) {
    const { limits } = await entitlements()
    const [pastes, pictures] = [await store.pastes.use(actor.id, now), await store.pictures.use(actor.id, now)]
    const live = limits['paste.live'].value
    const room = limits['picture.bytes'].value
    return {
      items: [
        {
          what: 'pastes' as const,
          used: String(pastes.count),
          quota: limitAllowed('paste.live', live),
          bar: barOf(pastes.count, live),
          limit: live,
          ...pastes,
          nextExpiry: pastes.nextExpiry?.toISOString() ?? null,
        },
        {
          what: 'pictures' as const,
          used: byteSize(pictures.bytes),
          quota: limitAllowed('picture.bytes', room),
          bar: barOf(pictures.bytes, room),
          limit: room,
          ...pictures,
          nextExpiry: pictures.nextExpiry?.toISOString() ?? null,
        },
      ],
    }
  },
})
