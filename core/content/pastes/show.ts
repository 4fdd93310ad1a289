import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { findPaste } from './find.ts'
import { Paste, PasteId } from './paste.ts'
import { pasteOf } from './paste-store.ts'

export const showPaste = defineOperation({
  name: 'paste.show',
  summary: 'Show one of your pastes with its text.',
  access: 'member',
  effect: 'read',
  positional: ['id'],
  input: z.object({ id: PasteId }),
  output: Paste.extend({ text: z.string().meta({ body: 'text' }) }),
  errors: ['not_found'],
  examples: ['7nVq2XcYb1mZ0aLpQwErTy'],
  async handle({ id }, context) {
    const row = await findPaste(context, id)
    return { ...pasteOf(row, context.platform), text: row.text }
  },
})
