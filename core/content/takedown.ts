import { z } from 'zod'
import { oneLine } from '../accounts/account.ts'
import type { Context } from '../operation/context.ts'
import { OperationError } from '../operation/errors.ts'

/** How long what was taken down is kept for whoever asks about it. */
const keptMs = 30 * 86_400_000

export const Reason = oneLine(200)
  .min(1, 'Give a reason; the member is told it.')
  .describe('Why, as the member is told it.')

/** A field that tells operators whose it is. */
export const Owner = z.string().describe('Whose it is.')

interface Published {
  readonly account_id: string
  readonly expires_at: Date | null
  readonly taken_down_at: Date | null
}

/**
 * What taking something down changes of its row, with the row and its owner, whose other changes wait meanwhile. Throws
 * `not_found`.
 */
export async function takenDown<Row extends Published>(
  noun: string,
  find: () => Promise<Row | undefined>,
  reason: string,
  { store, now }: Pick<Context, 'store' | 'now'>,
) {
  const found = await find()
  const absent = new OperationError('not_found', `There is no ${noun} of that id; it may have expired.`, {
    field: 'id',
  })
  if (!found) throw absent
  // What the member is doing with it right now ends before, or sees it.
  await store.accounts.lock(found.account_id)
  const row = await find()
  const owner = row && (await store.accounts.byId(row.account_id))
  if (!row || !owner) throw absent
  const end = new Date(now.getTime() + keptMs)
  const set = {
    taken_down_at: row.taken_down_at ?? now,
    taken_down_reason: reason,
    expires_at: row.expires_at && row.expires_at < end ? row.expires_at : end,
  }
  return { row, owner, set }
}
