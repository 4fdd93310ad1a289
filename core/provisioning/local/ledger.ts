import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { privateFolder, readTextFile, writePrivateFile } from './private-files.ts'

/** What soju was last told about an upstream. */
export interface LedgerUpstream {
  /** The desired state's digest; null while it is being applied, so that a crash in between is seen. */
  readonly digest: string | null
  /** Over what wants a reconnection when it changes. */
  readonly connection: string | null
  readonly sasl: 'none' | 'plain' | 'external' | null
  /** The channels that we added; those that the member joined by hand are not ours to remove. */
  readonly channels: readonly string[]
  readonly address: string
  /** The account that it signs in as. */
  readonly login: string | null
}

export interface LedgerBouncer {
  /** Over nick and real name. */
  readonly profile: string | null
  readonly restarts: number
  readonly signOuts: number
  readonly upstreams: Readonly<Record<string, LedgerUpstream>>
}

export interface Ledger {
  read(username: string): Promise<LedgerBouncer | null>
  write(username: string, record: LedgerBouncer): Promise<void>
  remove(username: string): Promise<void>
  usernames(): Promise<string[]>
}

/**
 * What soju has been told, for it does not tell itself: a file a bouncer, beside soju's database. Without it a change
 * that was cut short, then taken back, would look as if it had never begun. Losing it does no harm: everything is
 * applied once more.
 */
export async function openLedger(stateDir: string): Promise<Ledger> {
  const folder = await privateFolder(join(stateDir, 'soju', 'ledger'))
  const fileOf = (username: string) => join(folder, `${username}.json`)
  return {
    async read(username) {
      const text = await readTextFile(fileOf(username))
      try {
        return text === null ? null : (JSON.parse(text) as LedgerBouncer)
      } catch {
        return null
      }
    },
    write: (username, record) => writePrivateFile(fileOf(username), JSON.stringify(record)),
    usernames: async () =>
      (await readdir(folder)).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [])),
    remove: (username) => rm(fileOf(username), { force: true }),
  }
}
