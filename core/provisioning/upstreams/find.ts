import type { Context } from '../../operation/context.ts'
import { notFound } from '../../operation/errors.ts'
import type { BouncerRow } from '../bouncers/bouncer-store.ts'
import { findBouncer } from '../bouncers/find.ts'
import type { Upstream } from './upstream.ts'
import { type UpstreamRow, upstreamOf } from './upstream-store.ts'

/** The caller's upstream of that name; throws `not_found`. */
export async function findUpstream(
  context: Context,
  bouncerName: string,
  name: string,
): Promise<{ bouncer: BouncerRow; row: UpstreamRow }> {
  const bouncer = await findBouncer(context, bouncerName)
  const row = await context.store.upstreams.byName(bouncer.id, name)
  if (!row) throw notFound('upstream', name)
  return { bouncer, row }
}

/** Asks for the change to be applied, tells about it, and answers with how it now stands. */
export async function followUpstream(
  context: Context,
  bouncerId: string,
  name: string,
  type: string,
  message: string,
): Promise<Upstream | null> {
  const { store, event, enqueue } = context
  await store.bouncers.change(bouncerId, {})
  const bouncer = (await store.bouncers.byId(bouncerId))!
  await event(`upstream/${bouncer.name}/${name}`, type, message)
  await enqueue(`bouncer/${bouncerId}`)
  const row = await store.upstreams.byName(bouncerId, name)
  return row ? upstreamOf(row, bouncer) : null
}
