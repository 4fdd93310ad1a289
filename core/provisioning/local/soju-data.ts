import { createHash } from 'node:crypto'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { faultPoint } from '../../operation/faults.ts'
import { ownedTables, quoted, text } from './soju-tables.ts'

// What is soju's own is changed by its commands; this is for what they can't do: taking a user's rows elsewhere, whole.
//
// Rows are *parked* while their owner is a number that no user has. soju neither loads nor touches such rows, and the user
// whose creation they wait for takes them over in the very statement that makes it.

/** A user's row in soju, as far as commands don't make it. */
export type UserColumns = Readonly<Record<string, string | number | null>>

/** Rows in one transaction: soju waits for it, and so does everything else in this process. */
export const chunk = 1000

/** The owner of a user's parked rows. */
export const parkedOwner = (username: string): number =>
  -1 - Number.parseInt(createHash('sha256').update(username).digest('hex').slice(0, 12), 16)

/** Opens soju's database beside soju, does `work`, and closes it. What is written is on the disk when it is done. */
export async function withSojuData<T>(path: string, work: (db: DatabaseSync) => T | Promise<T>): Promise<T> {
  const db = openData(path)
  try {
    db.exec('pragma synchronous = full')
    return await work(db)
  } finally {
    db.close()
  }
}

/** A soju may be writing, here or in what is attached: it is waited for. */
const openData = (path: string) =>
  // Rows have owners that don't exist while they are parked.
  new DatabaseSync(path, { enableForeignKeyConstraints: false, timeout: 5000 })

export function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('begin immediate')
  try {
    work()
    db.exec('commit')
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

const notCarried = new Set(['id', 'username', 'password', 'admin', 'realname', 'nick', 'enabled'])

/** The user's own row, where there is one; without what its creation says anyhow. */
export function userColumns(db: DatabaseSync, username: string): UserColumns | null {
  const row = db.prepare('select * from User where username = ?').get(username) as UserColumns | undefined
  return row ? Object.fromEntries(Object.entries(row).filter(([name]) => !notCarried.has(name))) : null
}

export function userId(db: DatabaseSync, schema: string, username: string): number {
  const row = db.prepare(`select id from ${schema}.User where username = ?`).get(username) as { id: number } | undefined
  if (!row) throw new Error(`soju has no user ${username}`)
  return row.id
}

/** The id of the newest message that a user's soju has kept of somebody who spoke to it; 0 where there is none. */
export function newestFrom(db: DatabaseSync, username: string, nick: string): number {
  const { id } = db
    .prepare(
      `select coalesce(max(m.id), 0) id from User u join Network n on n.user = u.id
       join MessageTarget t on t.network = n.id join Message m on m.target = t.id where u.username = ? and t.target = ?`,
    )
    .get(username, nick.toLowerCase()) as { id: number }
  return id
}

const tops = (db: DatabaseSync) =>
  ownedTables(db).flatMap((table) =>
    [...table.parents].flatMap(([column, parent]) => (parent === 'User' ? [{ table: table.name, column }] : [])),
  )

/**
 * Takes a user's rows from it. soju goes on using those that it has loaded; once it is told to delete the user, it writes
 * what it still holds in memory, and finds nothing else of it to delete.
 */
export const park = (db: DatabaseSync, username: string) => inTransaction(db, () => parkRows(db, username))

/** Takes away the row of a user that soju has not loaded, and so does not delete itself; what else it had is parked then. */
export const dropUser = (db: DatabaseSync, username: string) =>
  inTransaction(db, () => {
    parkRows(db, username)
    db.prepare('delete from User where username = ?').run(username)
  })

function parkRows(db: DatabaseSync, username: string): void {
  const user = db.prepare('select id from User where username = ?').get(username) as { id: number } | undefined
  if (!user) return
  for (const { table, column } of tops(db)) {
    db.prepare(`update ${quoted(table)} set ${quoted(column)} = ? where ${quoted(column)} = ?`).run(
      parkedOwner(username),
      user.id,
    )
  }
}

export function isParked(db: DatabaseSync, username: string): boolean {
  return tops(db).some(
    ({ table, column }) =>
      db.prepare(`select 1 from ${quoted(table)} where ${quoted(column)} = ?`).get(parkedOwner(username)) !== undefined,
  )
}

const triggerOf = (username: string) => quoted(`irc_now_${Buffer.from(username).toString('hex')}`)

/** Lets the user, once soju creates it, have its parked rows from its first moment on. */
export function awaitUser(db: DatabaseSync, username: string, columns: UserColumns): void {
  const there = new Set(
    (db.prepare(`select name from pragma_table_info('User')`).all() as { name: string }[]).map(({ name }) => name),
  )
  const kept = Object.entries(columns)
    .filter(([name]) => there.has(name))
    .map(([name, value]) => `${quoted(name)} = ${typeof value === 'string' ? text(value) : String(value)}`)
  const takes = tops(db).map(
    ({ table, column }) =>
      `update ${quoted(table)} set ${quoted(column)} = new.id where ${quoted(column)} = ${parkedOwner(username)};`,
  )
  const own = kept.length > 0 ? [`update User set ${kept.join(', ')} where id = new.id;`] : []
  inTransaction(db, () => {
    forgetUser(db, username)
    db.exec(
      `create trigger ${triggerOf(username)} after insert on User when new.username = ${text(username)}
       begin ${[...takes, ...own].join(' ')} end`,
    )
  })
}

export const forgetUser = (db: DatabaseSync, username: string) =>
  db.exec(`drop trigger if exists ${triggerOf(username)}`)

/** Deletes what is parked, a piece at a time so that soju never waits long. */
export async function deleteParked(db: DatabaseSync, username: string): Promise<void> {
  forgetUser(db, username)
  const owner = parkedOwner(username)
  for (const table of ownedTables(db).reverse()) {
    const remove = db.prepare(
      `delete from ${quoted(table.name)} where id in
       (select id from ${quoted(table.name)} where ${table.where('main')} limit ${chunk})`,
    )
    for (;;) {
      let changes = 0
      inTransaction(db, () => {
        changes = Number(remove.run({ owner }).changes)
      })
      if (changes > 0) faultPoint('move')
      if (changes < chunk) break
      await setImmediate()
    }
  }
}

/** What tells whether two sets of rows are the same: how many, and of each column how long, the least and the greatest. */
export function summary(db: DatabaseSync, schema: string, owner: number): string {
  const lines = ownedTables(db).map((table) => {
    const plain = table.columns.filter((name) => name !== 'id' && !table.parents.has(name) && !isMessageId(name))
    const parts = plain.map((name) => {
      const column = quoted(name)
      return `total(length(cast(${column} as blob))), hex(min(${column})), hex(max(${column}))`
    })
    const values = db
      .prepare(
        `select ${['count(*)', ...parts].join(', ')} from ${schema}.${quoted(table.name)} where ${table.where(schema)}`,
      )
      .get({ owner } as Record<string, SQLInputValue>)
    return `${table.name} ${JSON.stringify(Object.values(values ?? {}))}`
  })
  return lines.sort().join('\n')
}

/** Columns that hold soju's own name for a message. */
export const isMessageId = (column: string) => column.endsWith('internal_msgid')

/** Counts soju's changes of its schema. */
export const schemaVersion = (db: DatabaseSync, schema: string): number =>
  (db.prepare(`pragma ${schema}.user_version`).get() as { user_version: number }).user_version

/** A database with soju's schema as `from` has it, for a soju that is to know the same push keys, and nobody. */
export function createSojuData(path: string, from: string): void {
  const db = openData(path)
  try {
    // Made whole or not at all; the file is there before.
    if (schemaVersion(db, 'main') !== 0) return
    db.exec('pragma journal_mode = wal')
    db.prepare('attach ? as source').run(from)
    const parts = db
      .prepare(
        `select type, name, sql from source.sqlite_schema where sql is not null and name not like 'irc_now_%'
         order by case type when 'table' then 0 when 'index' then 1 else 2 end`,
      )
      .all() as { type: string; name: string; sql: string }[]
    const virtual = parts.filter(({ sql }) => /^create virtual/i.test(sql)).map(({ name }) => name)
    inTransaction(db, () => {
      for (const { name, sql } of parts) {
        // What belongs to a virtual table is made with it.
        if (!virtual.some((one) => name.startsWith(`${one}_`))) db.exec(sql)
      }
      // Else clients would have to subscribe anew.
      db.exec('insert into main.WebPushConfig select * from source.WebPushConfig')
      db.exec(`pragma user_version = ${schemaVersion(db, 'source')}`)
    })
  } finally {
    db.close()
  }
}
