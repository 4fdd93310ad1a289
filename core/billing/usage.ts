import { allowedPlacement } from '../provisioning/bouncers/bouncer-store.ts'
import type { Stores } from '../store/stores.ts'
import type { LimitName } from './plans.ts'

/** How much of what is limited an account has. What can’t be counted (a lifetime, a size) is not in it. */
export async function usageOf(
  store: Stores,
  accountId: string,
  now: Date,
): Promise<Partial<Record<LimitName, number>>> {
  const bouncers = await store.bouncers.list(accountId)
  return {
    bouncers: bouncers.filter(({ deleted_at }) => deleted_at === null).length,
    'bouncer.dedicated': bouncers.filter((row) => row.deleted_at === null && allowedPlacement(row) === 'dedicated')
      .length,
    upstreams: await store.upstreams.count(accountId),
    'paste.live': await store.pastes.count(accountId, now),
    'picture.bytes': await store.pictures.used(accountId, now),
  }
}
