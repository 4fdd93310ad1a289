import type { Context } from '../../operation/context.ts'
import { notFound } from '../../operation/errors.ts'
import type { PictureRow } from './picture-store.ts'

/** The caller's picture of that id; throws `not_found`, also for one that has expired. */
export async function findPicture({ actor, store, now }: Context, id: string): Promise<PictureRow> {
  const row = await store.pictures.find(actor.id, id, now)
  if (!row) throw notFound('pic', id)
  return row
}
