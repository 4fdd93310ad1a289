import { z } from 'zod'
import { oneLine } from '../../accounts/account.ts'
import { defineOperation } from '../../operation/define.ts'
import { OperationError } from '../../operation/errors.ts'
import { Picture, PictureId } from './picture.ts'
import { pictureOf } from './picture-store.ts'

/** How long what was taken down is kept for whoever asks about it. */
const keptMs = 30 * 86_400_000

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
    reason: oneLine(200).min(1, 'Give a reason; the member is told it.').describe('Why, as the member is told it.'),
  }),
  output: Picture.extend({ account: z.string().describe('Whose it is.') }),
  errors: ['not_found'],
  examples: ['7nVq2XcYb1mZ0aLpQwErTy "a stolen picture"'],
  async handle({ id, reason }, { store, now, platform, event }) {
    const found = await store.pictures.find(null, id, now)
    const absent = new OperationError('not_found', 'There is no picture of that id; it may have expired.', {
      field: 'id',
    })
    if (!found) throw absent
    // What the member is doing with it right now ends before, or sees it.
    await store.accounts.lock(found.account_id)
    const row = await store.pictures.find(null, id, now)
    const owner = row && (await store.accounts.byId(row.account_id))
    if (!row || !owner) throw absent
    const end = new Date(now.getTime() + keptMs)
    const set = {
      taken_down_at: row.taken_down_at ?? now,
      taken_down_reason: reason,
      expires_at: row.expires_at && row.expires_at < end ? row.expires_at : end,
    }
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
