import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { Paste } from './paste.ts'
import { pasteOf } from './paste-store.ts'

export const listPastes = defineOperation({
  name: 'paste.list',
  summary: 'List your pastes, newest first.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({ items: z.array(Paste) }),
  errors: [],
  columns: ['url', 'title', 'status', 'expiresAt', 'bytes', 'visibility'],
  async handle(_input, { actor, store, now, platform }) {
    return { items: (await store.pastes.list(actor.id, now)).map((row) => pasteOf(row, platform)) }
  },
})
