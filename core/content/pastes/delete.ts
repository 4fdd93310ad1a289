import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { findPaste } from './find.ts'
import { Paste, PasteId } from './paste.ts'
import { pasteOf } from './paste-store.ts'

export const deletePaste = defineOperation({
  name: 'paste.delete',
  summary: 'Delete a paste.',
  access: 'member',
  effect: 'destroy',
  confirm: 'id',
  positional: ['id'],
  input: z.object({ id: PasteId }),
  output: Paste,
  errors: ['not_found'],
  examples: ['7nVq2XcYb1mZ0aLpQwErTy'],
  async handle({ id }, context) {
    const row = await findPaste(context, id)
    const paste = pasteOf(row, context.platform)
    await context.store.pastes.delete(row.id)
    context.event(`paste/${row.id}`, 'paste.deleted', `The paste ${paste.url} was deleted.`)
    return { ...paste, status: { phase: 'deleted' as const, message: null } }
  },
})
