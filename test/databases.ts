import { type Database, openPostgresql } from '@irc-now/core/store/database'
import { afterAll, beforeAll, describe } from 'vitest'
import { openTestPglite } from './pglite.ts'
import { startPostgresql } from './postgresql.ts'

/** One contract for both databases: `open` answers with a fresh PGlite, or a fresh database of a real PostgreSQL. */
export function onBothDatabases(what: string, contract: (open: () => Promise<Database>) => void): void {
  let postgresql: Awaited<ReturnType<typeof startPostgresql>>
  beforeAll(async () => {
    postgresql = await startPostgresql()
  })
  afterAll(() => postgresql?.stop())

  describe.each([
    ['PGlite', () => openTestPglite()],
    ['PostgreSQL', async () => openPostgresql(await postgresql.databaseUrl())],
  ] as const)(`${what} on %s`, (_name, open) => contract(open))
}
