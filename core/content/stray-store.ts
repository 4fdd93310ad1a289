import { type Kysely, sql } from 'kysely'
import type { Schema } from '../store/schema.ts'

/**
 * Files that nothing refers to: those that are being written, until a row of content says whose they are, and those whose
 * last row is gone. A key is noted before its file is there and forgotten after it is gone, so that a process may die
 * anywhere, and nothing is left lying.
 */
export function createStrayStore(db: Kysely<Schema>) {
  return {
    /** To be deleted once `due` has come. */
    add: async (keys: readonly string[], due: Date): Promise<void> => {
      if (keys.length === 0) return
      const rows = keys.map((key) => ({ key, due_at: due, claimed: false }))
      await db.insertInto('stray_files').values(rows).execute()
    },
    /** They belong to something now. False where the sweep was there before, and they are gone or about to be. */
    async adopt(keys: readonly string[]): Promise<boolean> {
      const { numDeletedRows } = await db
        .deleteFrom('stray_files')
        .where('key', 'in', keys)
        .where('claimed', '=', false)
        .executeTakeFirst()
      return numDeletedRows === BigInt(keys.length)
    },
    /** Takes at most `limit` that are due; from then on nobody can adopt them. Those that were not forgotten come again. */
    async claim(now: Date, limit: number): Promise<string[]> {
      const { rows } = await sql<{ key: string }>`
        update stray_files set claimed = true where key in (
          select key from stray_files where due_at <= ${now} order by due_at, key limit ${limit} for update skip locked)
        returning key`.execute(db)
      return rows.map(({ key }) => key)
    },
    forget: (keys: readonly string[]) => db.deleteFrom('stray_files').where('key', 'in', keys).execute(),
  }
}
