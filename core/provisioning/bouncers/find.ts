import type { Context } from '../../operation/context.ts'
import { notFound } from '../../operation/errors.ts'
import type { Bouncer } from './bouncer.ts'
import { type BouncerRow, bouncerOf } from './bouncer-store.ts'

/** The caller's bouncer of that name; throws `not_found`, also for one that is being deleted. */
export async function findBouncer({ actor, store }: Context, name: string): Promise<BouncerRow> {
  const row = await store.bouncers.byName(actor.id, name)
  if (!row || row.deleted_at) throw notFound('bouncer', name)
  return row
}

export async function describeBouncer({ store }: Context, id: string): Promise<Bouncer> {
  return bouncerOf((await store.bouncers.byId(id))!, await store.upstreams.list(id))
}
