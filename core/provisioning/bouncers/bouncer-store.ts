import { type Kysely, type Selectable, sql } from 'kysely'
import { jsonArrayFrom } from 'kysely/helpers/postgres'
import type { Schema } from '../../store/schema.ts'
import { together } from '../../store/together.ts'
import { explained } from '../upstreams/connect-error.ts'
import type { Bouncer } from './bouncer.ts'

export type BouncerRow = Selectable<Schema['bouncers']>

/** What of an upstream its bouncer's status is made from. */
export type UpstreamState = Pick<
  Selectable<Schema['upstreams']>,
  'name' | 'managed' | 'enabled' | 'state' | 'last_error'
>

/** Where it should be: where its owner wants it, as far as the plan allows. */
export const allowedPlacement = (row: Pick<BouncerRow, 'placement' | 'over_dedicated'>) =>
  row.over_dedicated ? 'shared' : row.placement

const isMoving = (row: BouncerRow) => allowedPlacement(row) !== row.placed

/** A bouncer works once it is on the platform's own network, unless its owner has switched that off. */
function statusOf(row: BouncerRow, upstreams: readonly UpstreamState[]): Bouncer['status'] {
  const message = row.failure ?? (isMoving(row) ? row.move_failure : null)
  if (row.deleted_at) return { phase: 'deleting', message }
  if (row.observed_generation < row.generation) {
    const moves =
      allowedPlacement(row) === 'dedicated' ? 'It moves to a bouncer of its own.' : 'It moves to the shared bouncer.'
    return { phase: message ? 'failed' : 'pending', message: message ?? (isMoving(row) ? moves : null) }
  }
  const own = upstreams.find(({ managed, enabled }) => managed && enabled)
  if (row.over_limit) return { phase: 'stopped', message: 'This is more than your plan allows; see “plan show”.' }
  if (!row.enabled) return { phase: 'stopped', message }
  const held = upstreams.some(({ enabled, state }) => enabled && state === 'disabled')
  if (held) return { phase: 'stopped', message: message ?? 'Its account is suspended.' }
  if (!own || own.state === 'connected') return { phase: 'ready', message }
  return { phase: 'connecting', message: own.last_error ? `${own.name}: ${explained(own.last_error)}` : message }
}

export const bouncerOf = (row: BouncerRow, upstreams: readonly UpstreamState[]): Bouncer => ({
  name: row.name,
  username: row.username,
  nick: row.nick,
  realname: row.realname,
  enabled: row.enabled,
  placement: row.placed,
  hostname: row.hostname,
  status: statusOf(row, upstreams),
  upstreams: `${upstreams.filter(({ state }) => state === 'connected').length} of ${upstreams.length} connected`,
  createdAt: row.created_at.toISOString(),
})

export function createBouncerStore(db: Kysely<Schema>) {
  return {
    list: (accountId: string) =>
      db.selectFrom('bouncers').selectAll().where('account_id', '=', accountId).orderBy('created_at').execute(),
    /** An account’s, each with the states of its upstreams. */
    listWithUpstreams: together(db, async (accountIds) => {
      const rows = await db
        .selectFrom('bouncers')
        .selectAll()
        .select((e) =>
          jsonArrayFrom(
            e
              .selectFrom('upstreams')
              .select(['name', 'managed', 'enabled', 'state', 'last_error'])
              .whereRef('bouncer_id', '=', 'bouncers.id'),
          ).as('upstreams'),
        )
        .where('account_id', '=', sql<string>`any(${accountIds})`)
        .orderBy('created_at')
        .execute()
      return (accountId) => rows.filter((row) => row.account_id === accountId)
    }),
    byName: (accountId: string, name: string) =>
      db
        .selectFrom('bouncers')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('name', '=', name)
        .executeTakeFirst(),
    byId: (id: string) => db.selectFrom('bouncers').selectAll().where('id', '=', id).executeTakeFirst(),
    /** The one that has proved that the host name is its. */
    byHostname: (hostname: string) =>
      db
        .selectFrom('bouncers')
        .selectAll()
        .where('hostname', '=', hostname)
        .where('hostname_verified_at', 'is not', null)
        .executeTakeFirst(),
    /**
     * What a look at the DNS of a host name has come to; `null` is that all is there. Its application follows. False where
     * the bouncer is to have another one by now, of which nobody has seen anything.
     */
    async hostnameSeen(id: string, hostname: string, note: string | null, at: Date): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('bouncers')
        .set({ hostname_note: note, ...(note === null ? { hostname_verified_at: at } : {}) })
        .where('id', '=', id)
        .where('hostname', '=', hostname)
        .executeTakeFirst()
      return numUpdatedRows === 1n
    },
    hostnameLost: (id: string, hostname: string, note: string) =>
      db
        .updateTable('bouncers')
        .set({ hostname_verified_at: null, hostname_fingerprint: null, hostname_note: note })
        .where('id', '=', id)
        .where('hostname', '=', hostname)
        .execute(),
    byUsername: (username: string) =>
      db.selectFrom('bouncers').selectAll().where('username', '=', username).executeTakeFirst(),
    insert: (
      row: Pick<BouncerRow, 'id' | 'account_id' | 'name' | 'username' | 'nick' | 'realname' | 'enabled' | 'created_at'>,
    ) =>
      db
        .insertInto('bouncers')
        .values({ ...row, failure: null, deleted_at: null })
        .execute(),
    /** Changes the desired state; the reconciler follows. */
    change: (
      id: string,
      set: Partial<
        Pick<
          BouncerRow,
          | 'nick'
          | 'realname'
          | 'enabled'
          | 'deleted_at'
          | 'placement'
          | 'over_dedicated'
          | 'hostname'
          | 'hostname_verified_at'
          | 'hostname_fingerprint'
          | 'hostname_note'
        >
      >,
      grow: { restarts?: boolean; signOuts?: boolean } = {},
    ) =>
      db
        .updateTable('bouncers')
        .set((e) => ({
          ...set,
          failure: null,
          generation: e('generation', '+', 1),
          ...(grow.restarts ? { restarts: e('restarts', '+', 1) } : {}),
          ...(grow.signOuts ? { sign_outs: e('sign_outs', '+', 1) } : {}),
        }))
        .where('id', '=', id)
        .execute(),
    observed: (
      id: string,
      generation: number,
      where: Pick<BouncerRow, 'placed' | 'move_failure' | 'hostname_fingerprint'>,
    ) =>
      db
        .updateTable('bouncers')
        .set({ observed_generation: generation, failure: null, ...where })
        .where('id', '=', id)
        .execute(),
    failed: (id: string, failure: string) => db.updateTable('bouncers').set({ failure }).where('id', '=', id).execute(),
    setOverLimit: (id: string, over: boolean) =>
      db.updateTable('bouncers').set({ over_limit: over }).where('id', '=', id).execute(),
    setOverDedicated: (id: string, over: boolean) =>
      db.updateTable('bouncers').set({ over_dedicated: over }).where('id', '=', id).execute(),
    ids: () => db.selectFrom('bouncers').select('id').execute(),
    purge: (id: string) => db.deleteFrom('bouncers').where('id', '=', id).execute(),
  }
}
