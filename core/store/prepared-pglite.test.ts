import { PGlite } from '@electric-sql/pglite'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Ask, askPrepared, mostStatements } from './prepared-pglite.ts'

let pglite: PGlite
let ask: Ask
beforeAll(async () => {
  pglite = await PGlite.create()
  ask = askPrepared(pglite)
  await pglite.exec('create table things (id int primary key, name text, at timestamptz, sure boolean, big bigint)')
})
afterAll(() => pglite.close())

it('answers what PGlite’s own query answers, the first time and later', async () => {
  const insert = 'insert into things values ($1, $2, $3, $4, $5)'
  const row = [1, 'ünï 🦆', new Date('2026-11-24T08:06:52Z'), true, 12345678901234567890n % 2n ** 62n]
  expect((await ask(insert, row)).affectedRows).toBe(1)
  expect((await ask(insert, [2, null, null, undefined, null])).affectedRows).toBe(1)
  const texts: [string, unknown[]][] = [
    ['select * from things order by id', []],
    ['select *, array(select name from things order by id) as names from things where id = any($1)', [[1, 2]]],
    ['select * from things where at = $1 and sure = $2', [row[2], true]],
    ['select count(*) as count from things where name = $1', ['nobody']],
  ]
  for (const [text, parameters] of texts) {
    const own = await pglite.query(text, parameters)
    for (let i = 0; i < 8; i += 1) expect((await ask(text, parameters)).rows).toEqual(own.rows)
  }
})

it('takes a failure for what it is, and goes on', async () => {
  await expect(ask('select nonsense')).rejects.toMatchObject({ code: '42703' })
  await expect(ask('insert into things (id) values ($1)', [1])).rejects.toMatchObject({ code: '23505' })
  const failing = pglite.transaction(async () => {
    await ask('insert into things (id) values ($1)', [3])
    await ask('insert into things (id) values ($1)', [1])
  })
  await expect(failing).rejects.toMatchObject({ code: '23505' })
  expect((await ask('select id from things where id = $1', [3])).rows).toEqual([])
})

it('keeps no more statements than it says, and still answers the forgotten ones', async () => {
  const texts = Array.from({ length: mostStatements + 10 }, (_, i) => `select ${i} as i`)
  for (const text of texts) await ask(text)
  expect((await ask(texts[0]!)).rows).toEqual([{ i: 0 }])
  const { rows } = await pglite.query<{ count: number }>('select count(*)::int as count from pg_prepared_statements')
  expect(rows[0]!.count).toBeLessThanOrEqual(mostStatements + 1)
})
