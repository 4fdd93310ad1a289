import type { Insertable, Kysely, Selectable, Updateable } from 'kysely'
import type { Schema } from '../../store/schema.ts'
import type { BouncerRow } from '../bouncers/bouncer-store.ts'
import { explained } from './connect-error.ts'
import { formatAddress, type Upstream } from './upstream.ts'

export type UpstreamRow = Selectable<Schema['upstreams']>

function phaseOf(row: UpstreamRow, bouncer: BouncerRow): Upstream['status']['phase'] {
  if (bouncer.deleted_at) return 'deleting'
  if (bouncer.observed_generation < bouncer.generation) return bouncer.failure ? 'failed' : 'pending'
  return row.enabled && !row.over_limit ? (row.state as Upstream['status']['phase']) : 'disabled'
}

export const upstreamOf = (row: UpstreamRow, bouncer: BouncerRow): Upstream => ({
  bouncer: bouncer.name,
  name: row.name,
  address: formatAddress(row),
  nick: row.nick,
  username: row.username,
  realname: row.realname,
  sasl: row.sasl,
  saslUsername: row.sasl_username,
  channels: JSON.parse(row.channels) as string[],
  enabled: row.enabled,
  managed: row.managed,
  status: {
    phase: phaseOf(row, bouncer),
    since: row.state_since?.toISOString() ?? null,
    message: row.over_limit
      ? 'This is more than your plan allows; see “plan show”.'
      : (explained(row.last_error) ?? bouncer.failure),
    nick: row.state_nick,
    certificateFingerprint: row.certificate_fingerprint,
  },
  createdAt: row.created_at.toISOString(),
})

export function createUpstreamStore(db: Kysely<Schema>) {
  return {
    list: (bouncerId: string) =>
      db
        .selectFrom('upstreams')
        .selectAll()
        .where('bouncer_id', '=', bouncerId)
        .orderBy('created_at')
        .orderBy('name')
        .execute(),
    byName: (bouncerId: string, name: string) =>
      db
        .selectFrom('upstreams')
        .selectAll()
        .where('bouncer_id', '=', bouncerId)
        .where('name', '=', name)
        .executeTakeFirst(),
    /** How many a plan counts: those that the member has added. */
    async count(accountId: string): Promise<number> {
      const row = await db
        .selectFrom('upstreams')
        .innerJoin('bouncers', 'bouncers.id', 'upstreams.bouncer_id')
        .select((e) => e.fn.countAll<string>().as('count'))
        .where('bouncers.account_id', '=', accountId)
        .where('bouncers.deleted_at', 'is', null)
        .where('managed', '=', false)
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },
    insert: (row: Insertable<Schema['upstreams']>) => db.insertInto('upstreams').values(row).execute(),
    update: (id: string, set: Updateable<Schema['upstreams']>) =>
      db.updateTable('upstreams').set(set).where('id', '=', id).execute(),
    setOverLimit: (id: string, over: boolean) =>
      db.updateTable('upstreams').set({ over_limit: over }).where('id', '=', id).execute(),
    delete: (id: string) => db.deleteFrom('upstreams').where('id', '=', id).execute(),
  }
}
