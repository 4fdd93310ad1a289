import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { faultPoint } from '../../operation/faults.ts'
import { inTransaction, isMessageId, parkedOwner, summary, withSojuData } from './soju-data.ts'
import { formatMessageId, parseMessageId } from './soju-message-id.ts'
import { type OwnedTable, ownedTables, quoted } from './soju-tables.ts'

/** Rows in one transaction: whoever else writes there waits for it. */
const chunk = 5000

/** Ids up to `to` have grown by `shift`, and are above `base`. */
interface Shift {
  readonly to: number
  readonly shift: number
  readonly base: number
}

/**
 * Copies a user's parked rows from one soju's database into another's, parked there too, with everything that refers to
 * them; throws unless both are the same afterwards. Ids stay as they are where they are free, and keep their order where
 * they are not: soju takes the greater of two messages for the later one, and clients remember a network by its id.
 */
export async function copyParked(fromPath: string, toPath: string, username: string): Promise<void> {
  const owner = parkedOwner(username)
  await withSojuData(toPath, async (db) => {
    db.prepare('attach ? as source').run(fromPath)
    const version = (schema: string) =>
      (db.prepare(`pragma ${schema}.user_version`).get() as { user_version: number }).user_version
    if (version('main') !== version('source')) throw new Error('the two sojus have different versions')
    const shifts = new Map<string, Shift[]>()
    for (const table of ownedTables(db)) shifts.set(table.name, await copyTable(db, table, owner))
    inTransaction(db, () => {
      for (const table of ownedTables(db)) {
        for (const column of table.columns.filter(isMessageId)) renameMessages(db, table, column, owner, shifts)
      }
    })
    faultPoint('move')
    if (summary(db, 'main', owner) !== summary(db, 'source', owner)) {
      throw new Error('what was copied is not what was there')
    }
  })
}

async function copyTable(db: DatabaseSync, table: OwnedTable, owner: number): Promise<Shift[]> {
  const name = quoted(table.name)
  const map = (of: string) => `temp.${quoted(`map_${of}`)}`
  if (table.isParent) db.exec(`create temp table ${quoted(`map_${table.name}`)} (old integer primary key, new integer)`)
  const next = db.prepare(
    `select min(id) first, max(id) last, count(*) rows from
     (select id from source.${name} where id > :after and ${table.where('source')} order by id limit ${chunk})`,
  )
  const taken = db.prepare(
    `select 1 from source.${name} where id between :first and :last and ${table.where('source')}
     and id in (select id from main.${name}) limit 1`,
  )
  const values = table.columns.map((column) => {
    const parent = table.parents.get(column)
    if (column === 'id') return 'id + :shift'
    if (parent === undefined) return quoted(column)
    // Parked there as here.
    return parent === 'User' ? quoted(column) : `(select new from ${map(parent)} where old = ${quoted(column)})`
  })
  const copy = db.prepare(
    `insert into main.${name} (${table.columns.map(quoted).join(', ')})
     select ${values.join(', ')} from source.${name}
     where id between :first and :last and ${table.where('source')} order by id`,
  )
  const remember = table.isParent
    ? db.prepare(
        `insert into ${map(table.name)} select id, id + :shift from source.${name}
         where id between :first and :last and ${table.where('source')}`,
      )
    : null
  const shifts: Shift[] = []
  for (let after = Number.MIN_SAFE_INTEGER; ; ) {
    const { first, last, rows } = next.get({ after, owner }) as { first: number; last: number; rows: number }
    if (rows === 0) return shifts
    inTransaction(db, () => {
      const range = { first, last, owner }
      const moved = shifts.at(-1)?.shift ?? 0
      const { base } = db.prepare(`select coalesce(max(id), 0) base from main.${name}`).get() as { base: number }
      const shift = moved === 0 && !taken.get(range) ? 0 : Math.max(0, base + 1 - first)
      copy.run({ ...range, shift })
      remember?.run({ ...range, shift })
      shifts.push({ to: last, shift, base: shift === 0 ? 0 : base })
    })
    faultPoint('move')
    after = last
    await setImmediate()
  }
}

/** Makes soju's names for messages name the same ones by their new numbers. */
function renameMessages(
  db: DatabaseSync,
  table: OwnedTable,
  column: string,
  owner: number,
  shifts: ReadonlyMap<string, readonly Shift[]>,
): void {
  const name = quoted(table.name)
  const rows = db
    .prepare(
      `select id, ${quoted(column)} value from main.${name} where ${quoted(column)} > '' and ${table.where('main')}`,
    )
    .all({ owner }) as { id: number; value: string }[]
  const update = db.prepare(`update main.${name} set ${quoted(column)} = ? where id = ?`)
  for (const { id, value } of rows) {
    const known = parseMessageId(value)
    if (!known) continue
    const network = shifted(shifts.get('Network'), known.network)
    const message = shifted(shifts.get('Message'), known.message)
    if (network !== known.network || message !== known.message) {
      update.run(formatMessageId({ ...known, network, message }), id)
    }
  }
}

/** What comes after a message that is no longer there must still come after it. */
function shifted(shifts: readonly Shift[] = [], id: bigint): bigint {
  const range = shifts.find(({ to }) => BigInt(to) >= id) ?? shifts.at(-1)
  if (!range) return id
  const moved = id + BigInt(range.shift)
  return moved < BigInt(range.base) ? BigInt(range.base) : moved
}
