import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { findPicture } from './find.ts'
import { Picture, PictureId } from './picture.ts'
import { pictureOf } from './picture-store.ts'

export const showPicture = defineOperation({
  name: 'pic.show',
  summary: 'Show what is known of one of your pictures.',
  access: 'member',
  effect: 'read',
  positional: ['id'],
  input: z.object({ id: PictureId }),
  output: Picture,
  errors: ['not_found'],
  examples: ['7nVq2XcYb1mZ0aLpQwErTy'],
  async handle({ id }, context) {
    return pictureOf(await findPicture(context, id), context.platform)
  },
})
