import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { Owner, Reason, takenDown } from '../takedown.ts'
import { Picture, PictureId } from './picture.ts'
import { pictureOf } from './picture-store.ts'

export const takePictureDown = defineOperation({
  name: 'pic.takedown',
  summary: 'Take anybody’s picture down: nobody sees it any more, and its file is deleted.',
  description: 'Its member is told the reason, and keeps the entry for 30 days at most.',
  access: 'ops',
  effect: 'destroy',
  confirm: 'id',
  positional: ['id', 'reason'],
  input: z.object({
    id: PictureId,
    reason: Reason,
  }),
  output: Picture.extend({ account: Owner }),
  errors: ['not_found'],
  examples: ['7nVq2XcYb1mZ0aLpQwErTy "a stolen picture"'],
  async handle({ id, reason }, { store, now, platform, event }) {
    const find = () => store.pictures.find(null, id, now)
    const { row, owner, set } = await takenDown('picture', find, reason, { store, now })
    await store.pictures.takeDown(row.id, set)
    const picture = pictureOf({ ...row, ...set }, platform)
    await event(
      `pic/${row.id}`,
      'pic.removed',
      `The operators took the picture ${picture.url} down: ${reason}`,
      owner.id,
    )
    return { ...picture, account: owner.name }
  },
})
