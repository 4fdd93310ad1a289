import type { Context } from '../../operation/context.ts'
import { notFound } from '../../operation/errors.ts'
import type { PasteText } from './paste-store.ts'

/** The caller's paste of that id; throws `not_found`, also for one that has expired. */
export async function findPaste({ actor, store, now }: Context, id: string): Promise<PasteText> {
  const row = await store.pastes.find(actor.id, id, now)
  if (!row) throw notFound('paste', id)
  return row
}
