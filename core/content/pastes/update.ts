import { z } from 'zod'
import { defineOperation } from '../../operation/define.ts'
import { OperationError } from '../../operation/errors.ts'
import { Expires, endOf } from '../expiry.ts'
import { findPaste } from './find.ts'
import { Language, Paste, PasteId, Title, Visibility } from './paste.ts'
import { pasteOf } from './paste-store.ts'

export const updatePaste = defineOperation({
  name: 'paste.update',
  summary: 'Change a paste: title, language, when it goes, who is told of it.',
  description: 'Its text stays what it is: whoever has the address relies on it.',
  access: 'member',
  effect: 'write',
  positional: ['id'],
  input: z.object({
    id: PasteId,
    title: Title.min(1).nullable().optional(),
    language: Language.nullable().optional(),
    expires: Expires.optional().describe('When it goes, counted from now, as your plan allows.'),
    visibility: Visibility.optional(),
  }),
  output: Paste,
  errors: ['not_found', 'not_allowed', 'quota_reached'],
  examples: ['7nVq2XcYb1mZ0aLpQwErTy --title main.rs', '7nVq2XcYb1mZ0aLpQwErTy --expires 7d'],
  async handle({ id, title, language, expires, visibility }, context) {
    const { store, now, platform } = context
    const row = await findPaste(context, id)
    if (row.taken_down_at) {
      throw new OperationError(
        'not_allowed',
        `The operators took it down: ${row.taken_down_reason ?? 'no reason is given'}; write to them, or delete it.`,
      )
    }
    const set = {
      ...(title === undefined ? {} : { title }),
      ...(language === undefined ? {} : { language }),
      ...(visibility === undefined ? {} : { visibility }),
      ...(expires === undefined ? {} : { expires_at: endOf('paste', expires, await context.entitlements(), now) }),
      updated_at: now,
    }
    await store.pastes.change(row.id, set)
    const paste = pasteOf({ ...row, ...set }, platform)
    context.event(`paste/${row.id}`, 'paste.updated', `The paste ${paste.url} was changed.`)
    return paste
  },
})
