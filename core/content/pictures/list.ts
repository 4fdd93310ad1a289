import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { Picture } from './picture.ts'
import { pictureOf } from './picture-store.ts'

export const listPictures = defineOperation({
  name: 'pic.list',
  summary: 'List your pictures, newest first.',
  access: 'member',
  effect: 'read',
  input: z.object({}),
  output: z.object({ items: z.array(Picture) }),
  errors: [],
  columns: ['url', 'name', 'status', 'expiresAt', 'bytes', 'type'],
  async handle(_input, { actor, store, now, platform }) {
    return { items: (await store.pictures.list(actor.id, now)).map((row) => pictureOf(row, platform)) }
  },
})
