import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { findPicture } from './find.ts'
import { Picture, PictureId } from './picture.ts'
import { pictureOf } from './picture-store.ts'

export const deletePicture = defineOperation({
  name: 'pic.delete',
  summary: 'Delete a picture.',
  access: 'member',
  effect: 'destroy',
  confirm: 'id',
  positional: ['id'],
  input: z.object({ id: PictureId }),
  output: Picture,
  errors: ['not_found'],
  examples: ['7nVq2XcYb1mZ0aLpQwErTy'],
  async handle({ id }, context) {
    const row = await findPicture(context, id)
    const picture = pictureOf(row, context.platform)
    await context.store.pictures.delete(row.id)
    context.event(`pic/${row.id}`, 'pic.deleted', `The picture ${picture.url} was deleted.`)
    return { ...picture, status: { phase: 'deleted' as const, message: null } }
  },
})
