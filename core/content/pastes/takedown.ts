import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { Owner, Reason, takenDown } from '../takedown.ts'
import { Paste, PasteId } from './paste.ts'
import { pasteOf } from './paste-store.ts'

export const takePasteDown = defineOperation({
  name: 'paste.takedown',
  summary: 'Take anybody’s paste down: nobody sees it any more.',
  description: 'Its member is told the reason, and keeps the entry for 30 days at most.',
  access: 'ops',
  effect: 'destroy',
  confirm: 'id',
  positional: ['id', 'reason'],
  input: z.object({
    id: PasteId,
    reason: Reason,
  }),
  output: Paste.extend({ account: Owner }),
  errors: ['not_found'],
  examples: ['7nVq2XcYb1mZ0aLpQwErTy "a list of stolen passwords"'],
  async handle({ id, reason }, { store, now, platform, event }) {
    const find = () => store.pastes.find(null, id, now)
    const { row, owner, set } = await takenDown('paste', find, reason, { store, now })
    await store.pastes.change(row.id, set)
    const paste = pasteOf({ ...row, ...set }, platform)
    await event(
      `paste/${row.id}`,
      'paste.removed',
      `The operators took the paste ${paste.url} down: ${reason}`,
      owner.id,
    )
    return { ...paste, account: owner.name }
  },
})
