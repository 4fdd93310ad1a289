import type { DatabaseSync } from 'node:sqlite'

/** A table of soju's whose rows belong to users, by whatever way. */
export interface OwnedTable {
  readonly name: string
  readonly columns: readonly string[]
  /** Column → the owned table, or `User`, whose id it holds. */
  readonly parents: ReadonlyMap<string, string>
  /** SQL that is true for the rows of the owner `:owner`, where `schema` is the database. */
  where(schema: string): string
  /** Whether other tables refer to it. */
  readonly isParent: boolean
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/**
 * Every table that refers to User, or to one that does, parents first. Read from the database's own schema, so that what a
 * later soju adds is moved too, or is refused where it can't be.
 */
export function ownedTables(db: DatabaseSync): OwnedTable[] {
  const rows = <T>(sql: string) => db.prepare(sql).all() as unknown as T[]
  const names = rows<{ name: string }>(`select name from sqlite_schema where type = 'table' and name <> 'User'`)
  const known = new Map(
    names.map(({ name }) => [
      name,
      rows<{ from: string; table: string }>(`select "from", "table" from pragma_foreign_key_list(${text(name)})`),
    ]),
  )
  const found: OwnedTable[] = []
  const byName = (name: string) => found.find((one) => one.name === name)
  for (let more = true; more; ) {
    more = false
    for (const [name, keys] of known) {
      const owned = keys.filter(({ table }) => table === 'User' || known.has(table))
      if (byName(name) || owned.length === 0 || owned.some(({ table }) => table !== 'User' && !byName(table))) continue
      found.push(tableOf(name, new Map(owned.map(({ from, table }) => [from, table]))))
      more = true
    }
  }
  return found

  function tableOf(name: string, parents: ReadonlyMap<string, string>): OwnedTable {
    const columns = rows<{ name: string; pk: number; notnull: number }>(
      `select name, pk, "notnull" from pragma_table_info(${text(name)})`,
    )
    const owner = columns.find((column) => column.notnull && parents.has(column.name))?.name
    if (!owner || !columns.some((column) => column.name === 'id' && column.pk)) {
      throw new Error(`soju has a table ${name} that cannot be moved; its version is newer than this irc.now knows`)
    }
    const parent = parents.get(owner)!
    return {
      name,
      columns: columns.map((column) => column.name),
      parents,
      where: (schema) =>
        parent === 'User'
          ? `${quoted(owner)} = :owner`
          : `${quoted(owner)} in (select id from ${schema}.${quoted(parent)} where ${byName(parent)!.where(schema)})`,
      isParent: [...known.values()].some((keys) => keys.some(({ table }) => table === name)),
    }
  }
}

export const text = (value: string) => `'${value.replaceAll("'", "''")}'`
