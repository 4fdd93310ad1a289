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
  /** Whose name it is; absent in what was noted before ids were. */
  readonly id?: string
  /** Over nick and real name. */
  readonly profile: string | null
  readonly restarts: number
  readonly signOuts: number
  readonly upstreams: Readonly<Record<string, LedgerUpstream>>
}

/** What ergo was last told about an account. */
export interface LedgerAccount {
  readonly id: string
  readonly signOuts: number
}

export interface Ledger<Entry> {
  read(name: string): Promise<Entry | null>
  write(name: string, entry: Entry): Promise<void>
  remove(name: string): Promise<void>
  names(): Promise<string[]>
}

/** One for soju's users, one for ergo's accounts (their names in lower case). */
export interface Ledgers {
  readonly bouncers: Ledger<LedgerBouncer>
  readonly accounts: Ledger<LedgerAccount>
}

/**
 * What the soju and ergo of this home have been told, for they do not tell themselves, and rows only tell what is
 * wanted: another home may have followed them. A file a name, beside soju's and ergo's databases, written before the
 * name is made and removed after it, so that whatever exists is noted. Without it a change that was cut short, then
 * taken back, would look as if it had never begun. Losing it loses no member anything: all is applied once more.
 */
export const openLedgers = async (stateDir: string): Promise<Ledgers> => ({
  bouncers: await openLedger(join(stateDir, 'soju', 'ledger')),
  accounts: await openLedger(join(stateDir, 'ergo', 'ledger')),
})

async function openLedger<Entry>(path: string): Promise<Ledger<Entry>> {
  const folder = await privateFolder(path)
  const fileOf = (name: string) => join(folder, `${name}.json`)
  return {
    async read(name) {
      const text = await readTextFile(fileOf(name))
      try {
        return text === null ? null : (JSON.parse(text) as Entry)
      } catch {
        return null
      }
    },
    write: (name, entry) => writePrivateFile(fileOf(name), JSON.stringify(entry)),
    names: async () =>
      (await readdir(folder)).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : [])),
    remove: (name) => rm(fileOf(name), { force: true }),
  }
}

/** The names that belong to somebody, with their owners' ids. */
export async function ownersIn(ledger: Ledger<{ readonly id?: string }>): Promise<{ id: string; name: string }[]> {
  const owners: { id: string; name: string }[] = []
  for (const name of await ledger.names()) {
    const id = (await ledger.read(name))?.id
    if (id !== undefined) owners.push({ id, name })
  }
  return owners
}
