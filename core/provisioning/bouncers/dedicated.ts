import type { Context } from '../../operation/context.ts'
import { OperationError } from '../../operation/errors.ts'
import { allowedPlacement } from './bouncer-store.ts'

/** Throws `quota_reached` where one more of the member's bouncers may not have a service of its own. */
export async function assertDedicated({ actor, store, entitlements }: Context): Promise<void> {
  const entitled = await entitlements()
  const { value: most, why } = entitled.limits['bouncer.dedicated']
  const held = (await store.bouncers.list(actor.id)).filter(
    (row) => !row.deleted_at && allowedPlacement(row) === 'dedicated',
  )
  if (most === null || held.length < most) return
  throw new OperationError(
    'quota_reached',
    most === 0
      ? `A bouncer of its own is part of Pro (you have ${why}); the shared one does the same.`
      : `You have ${held.length} of ${most} bouncers of their own (${why}); move one with “bouncer update ${held[0]?.name} --no-dedicated”.`,
    { field: 'dedicated', details: { limit: most, used: held.length, why } },
  )
}
