import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { faultPoint } from '../../operation/faults.ts'
import {
  chunk,
  inTransaction,
  isMessageId,
  parkedOwner,
  schemaVersion,
  summary,
  userId,
  withSojuData,
} from './soju-data.ts'
import { formatMessageId, parseMessageId } from './soju-message-id.ts'
import { type OwnedTable, ownedTables, quoted } from './soju-tables.ts'

/** Ids up to `to` have grown by `shift`, and are above `base`. */
interface Shift {
  readonly to: number
  readonly shift: number
  readonly base: number
}

/** What has been copied so far: of each table, which ids became which. */
export type Copied = ReadonlyMap<string, Shift[]>

/** Only ever added to, and nearly all there is. */
const history = 'Message'

/**
 * Copies a user's rows from one soju's database into another's, parked there, with everything that refers to them. Ids
 * stay as they are where they are free, and keep their order where they are not: soju takes the greater of two messages
 * for the later one, and clients remember a network by its id.
 *
 * Done once while the user still lives, it spares the time when it doesn't: with what it answered, what is then parked
 * is copied once more, of the messages only the new ones. Throws unless both are the same afterwards.
 */
export async function copyUser(fromPath: string, toPath: string, username: string, before?: Copied): Promise<Copied> {
  const parked = parkedOwner(username)
  return withSojuData(toPath, async (db) => {
    db.prepare('attach ? as source').run(fromPath)
    if (schemaVersion(db, 'main') !== schemaVersion(db, 'source'))
      throw new Error('the two sojus have different versions')
    const owner = before ? parked : userId(db, 'source', username)
    const tables = ownedTables(db)
    const copied = new Map<string, Shift[]>()
    const copy = (table: OwnedTable) => copierOf(db, table, owner, parked, before?.get(table.name) ?? [])
    if (before) {
      // All but the messages is little, and may have changed: it comes anew, under the numbers it had.
      inTransaction(db, () => {
        const little = tables.filter(({ name }) => name !== history)
        for (const table of [...little].reverse())
          db.prepare(`delete from main.${quoted(table.name)} where ${table.where('main')}`).run({ owner: parked })
        for (const table of little) {
          const next = copy(table)
          while (next.more(0)) next.copy()
          copied.set(table.name, next.shifts)
        }
      })
      faultPoint('move')
    }
    for (const table of tables.filter(({ name }) => !copied.has(name))) {
      const next = copy(table)
      const last = before?.get(table.name)?.at(-1)?.to ?? 0
      while (next.more(last)) {
        inTransaction(db, next.copy)
        faultPoint('move')
        await setImmediate()
      }
      copied.set(table.name, [...(before?.get(table.name) ?? []), ...next.shifts])
    }
    if (!before) return copied
    inTransaction(db, () => {
      for (const table of tables)
        for (const column of table.columns.filter(isMessageId)) renameMessages(db, table, column, parked, copied)
    })
    faultPoint('move')
    if (summary(db, 'main', parked) !== summary(db, 'source', parked))
      throw new Error('what was copied is not what was there')
    return copied
  })
}

/** Copies a table piece by piece: `copy` what `more` has found. */
function copierOf(db: DatabaseSync, table: OwnedTable, owner: number, parked: number, before: readonly Shift[]) {
  const name = quoted(table.name)
  const map = (of: string) => `temp.${quoted(`map_${of}`)}`
  const isHistory = table.name === history
  if (table.isParent) db.exec(`create temp table ${quoted(`map_${table.name}`)} (old integer primary key, new integer)`)
  const next = db.prepare(
    `select min(id) first, max(id) last, count(*) rows from
     (select id from source.${name} where id > :after and id <= :until and ${table.where('source')} order by id limit ${chunk})`,
  )
  const taken = db.prepare(
    `select 1 from source.${name} where id between :first and :last and ${table.where('source')}
     and id in (select id from main.${name}) limit 1`,
  )
  const values = table.columns.map((column) => {
    const parent = table.parents.get(column)
    if (column === 'id') return 'id + :shift'
    if (parent === undefined) return quoted(column)
    // A row may hang on the user in one way and on a network in another.
    return parent === 'User' ? String(parked) : `(select new from ${map(parent)} where old = ${quoted(column)})`
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
  let range = { first: 0, last: 0 }
  let known: Shift | undefined
  return {
    shifts,
    more(start: number): boolean {
      const after = Math.max(start, shifts.at(-1)?.to ?? Number.MIN_SAFE_INTEGER)
      // What was copied once keeps the number that it got.
      known = isHistory ? undefined : before.find(({ to }) => to > after)
      const found = next.get({ after, until: known?.to ?? Number.MAX_SAFE_INTEGER, owner }) as {
        first: number
        last: number
        rows: number
      }
      if (found.rows === 0) {
        if (!known) return false
        shifts.push(known)
        return this.more(start)
      }
      range = { first: found.first, last: found.last }
      return true
    },
    copy(): void {
      const { first, last } = range
      const rows = { first, last, owner }
      const moved = [...before, ...shifts].some(({ shift }) => shift !== 0)
      const { base } = db.prepare(`select coalesce(max(id), 0) base from main.${name}`).get() as { base: number }
      const shift = known?.shift ?? (!moved && !taken.get(rows) ? 0 : Math.max(0, base + 1 - first))
      copy.run({ ...rows, shift })
      remember?.run({ ...rows, shift })
      shifts.push({ to: last, shift, base: known?.base ?? (shift === 0 ? 0 : base) })
    },
  }
}

/** Makes soju's names for messages name the same ones by their new numbers. */
function renameMessages(db: DatabaseSync, table: OwnedTable, column: string, owner: number, copied: Copied): void {
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
    const network = shifted(copied.get('Network'), known.network)
    const message = shifted(copied.get(history), known.message)
    if (network !== known.network || message !== known.message)
      update.run(formatMessageId({ ...known, network, message }), id)
  }
}

/** What comes after a message that is no longer there must still come after it. */
function shifted(shifts: readonly Shift[] = [], id: bigint): bigint {
  const range = shifts.find(({ to }) => BigInt(to) >= id) ?? shifts.at(-1)
  if (!range) return id
  const moved = id + BigInt(range.shift)
  return moved < BigInt(range.base) ? BigInt(range.base) : moved
}
