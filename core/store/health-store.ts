import { type Kysely, sql } from 'kysely'
import type { ServiceHealth } from '../provisioning/provisioner.port.ts'
import type { Schema } from './schema.ts'

export interface HealthRow extends ServiceHealth {
  readonly host: string
  readonly pid: number
  readonly seen: Date
  /** Its process has not been heard of for so long that it must be gone or cut off. */
  readonly stale: boolean
}

/** What each process last said of its parts; ages are told by the database's clock. */
export function createHealthStore(db: Kysely<Schema>) {
  return {
    /** Replaces all that the process has said before. */
    async write(process: string, where: { host: string; pid: number }, parts: readonly ServiceHealth[]): Promise<void> {
      const names = parts.map(({ name }) => name)
      const gone = db.deleteFrom('health').where('process', '=', process)
      await (names.length > 0 ? gone.where('name', 'not in', names) : gone).execute()
      if (names.length === 0) return
      await db
        .insertInto('health')
        .values(parts.map((part) => ({ process, ...where, ...part, seen: sql<Date>`clock_timestamp()` })))
        .onConflict((conflict) =>
          conflict.columns(['process', 'name']).doUpdateSet((e) => ({
            host: e.ref('excluded.host'),
            pid: e.ref('excluded.pid'),
            healthy: e.ref('excluded.healthy'),
            version: e.ref('excluded.version'),
            detail: e.ref('excluded.detail'),
            seen: e.ref('excluded.seen'),
          })),
        )
        .execute()
    },
    /** What all other processes have said. */
    async others(own: readonly string[], staleAfterMs: number): Promise<HealthRow[]> {
      const limit = sql<Date>`clock_timestamp() - ${staleAfterMs / 1000}::float8 * interval '1 second'`
      return db
        .selectFrom('health')
        .select(['name', 'host', 'pid', 'healthy', 'version', 'detail', 'seen'])
        .select((e) => e('seen', '<', limit).as('stale'))
        .where('process', 'not in', [...own, ''])
        .orderBy('name')
        .orderBy('process')
        .$castTo<HealthRow>()
        .execute()
    },
  }
}
