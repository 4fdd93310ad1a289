import type { OperationDescription } from '@irc-now/core/operation/describe'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shown } from '../../ircserv/irc/reply.ts'
import { createDaemon } from '../daemon.ts'
import { cliFrontEnd, rawFrontEnd } from '../front-ends/cli.ts'
import type { Answer, FrontEnd, Person } from '../front-ends/front-end.ts'
import { httpFrontEnd } from '../front-ends/http.ts'
import { nowServFrontEnd } from '../front-ends/nowserv.ts'
import { createPeople, operationOf, operations } from '../front-ends/people.ts'
import { tuiFrontEnd } from '../front-ends/tui.ts'
import { seenOf } from '../front-ends/tui-screen.ts'
import type { Case } from './rows/row.ts'
import { rows } from './rows/rows.ts'

// All front ends are one: every operation, asked for in each of them by an account of its own that was prepared in the
// same way, has the same result and the same error code.
let daemon: Awaited<ReturnType<typeof createDaemon>>
let people: Awaited<ReturnType<typeof createPeople>>
let frontEnds: readonly FrontEnd[]
const operators = new Map<string, Person>()
const others = new Map<string, Person>()
let count = 0
/** By a member's name: the id of what was made last for them. */
const ids = new Map<string, string>()

beforeAll(async () => {
  daemon = await createDaemon()
  await daemon.start()
  people = await createPeople(daemon)
  const { url } = people
  // HTTP is what the others are compared with.
  frontEnds = [
    httpFrontEnd(url),
    cliFrontEnd(url),
    rawFrontEnd(url),
    nowServFrontEnd(daemon.ports.irc),
    tuiFrontEnd(url),
  ]
  for (const { name } of frontEnds) {
    operators.set(name, await people.create(`boss-${name}`, 'ops'))
    others.set(name, await people.create(`other-${name}`))
  }
})
afterAll(async () => {
  for (const frontEnd of frontEnds ?? []) frontEnd.close()
  await daemon?.remove()
})

test('every operation has a row with what succeeds and what fails', () => {
  expect(Object.keys(rows).sort()).toEqual(operations.map(({ name }) => name).sort())
  for (const [name, { cases }] of Object.entries(rows)) {
    expect([name, cases.some(({ code }) => code === undefined)]).toEqual([name, true])
    expect([name, cases.some(({ code }) => code !== undefined)]).toEqual([name, true])
    const refused = cases.some(({ who, code }) => (who ?? 'member') === 'member' && code === 'not_allowed')
    if (operationOf(name).access === 'ops') expect([name, refused]).toEqual([name, true])
    if (operationOf(name).effect === 'destroy') {
      expect(cases.map(({ code }) => code)).toEqual(
        expect.arrayContaining(['confirmation_required', 'confirmation_invalid']),
      )
    }
  }
})

/** Names that stand for each front end's own people. */
function namesOf(frontEnd: FrontEnd, member: Person): (readonly [string, string])[] {
  return [
    ['{me}', member.name],
    ['{ops}', operators.get(frontEnd.name)!.name],
    ['{other}', others.get(frontEnd.name)!.name],
    ['{id}', ids.get(member.name) ?? '{id}'],
  ]
}

/** The value with its placeholders filled in, or (backwards) with what differs by nature put back into placeholders. */
function replaced(value: unknown, pairs: readonly (readonly [string | RegExp, string])[]): unknown {
  if (typeof value === 'string') return pairs.reduce((text, [from, to]) => text.replaceAll(from as string, to), value)
  if (Array.isArray(value)) return value.map((one) => replaced(one, pairs))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one, pairs)]))
}

const natural: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '{time}'],
  // As the TUI shows it: the time, how long ago that was, or that alone.
  [/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC( \(\d+ (d|h|min|s)\))?|^(in )?\d+ (d|h|min|s)( ago)?$/g, '{time}'],
  [/ircn_(app|pat|once|del)_[0-9a-z]+/g, '{secret}'],
  [/\bcus_[0-9a-f]{14}(-\w+_[0-9a-f]{24})?/g, '{customer}'],
  [/\bin_[0-9a-f]{24}\b/g, '{invoice}'],
  [/\b[0-9A-Za-z]{22}\b/g, '{random}'],
]

/** Who used what when, and by which front end, differs by nature. */
function withoutUse(value: unknown, via: string): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutUse(one, via))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      if (name === 'lastUsedAt' || name === 'lastUsedBy') return [name, '{use}']
      // What was prepared was prepared over HTTP.
      if (name === 'via') return [name, one === via || one === 'http' ? '{front end}' : one]
      return [name, withoutUse(one, via)]
    }),
  )
}

function comparable({ output }: Answer, frontEnd: FrontEnd, member: Person): unknown {
  const names = namesOf(frontEnd, member).map(([placeholder, name]) => [name, placeholder] as const)
  return replaced(withoutUse(output, frontEnd.via), [...names, ...natural])
}

/** What is done on the page of a checkout, before a row begins. */
async function pay({ url }: { url: string }): Promise<void> {
  await fetch(url, { method: 'POST', body: new URLSearchParams({ card: '4242424242424242' }) })
}

const anybody = [[/(m\d+|boss|other|audited)-(http|cli|api|irc|tui)/g, '{somebody}']] as const

const texts = (output: unknown) =>
  Object.fromEntries(Object.entries(output as object).map(([name, value]) => [name, shown(value)]))

/** Whether the world follows what was asked for, or looks at it by itself: how it stands may be another matter a moment later. */
function isMoving({ effect, settle }: OperationDescription, { dryRun }: Case, { output }: Answer): boolean {
  if (effect === 'read' || dryRun) return false
  return settle !== null || (output as { status?: { phase?: string } }).status?.phase === 'pending'
}

/** Without how it stands while that is so, which a screen goes on to show. */
function still(seen: unknown, moves: boolean): unknown {
  if (!moves) return seen
  const moving = ['status', 'since', 'message', 'upstreams']
  return Object.fromEntries(Object.entries(seen as object).filter(([field]) => !moving.includes(field)))
}

async function ask(frontEnd: FrontEnd, operation: string, one: Case, member: Person): Promise<Answer> {
  const names = namesOf(frontEnd, member)
  const person = one.who === 'nobody' ? null : one.who === 'operator' ? operators.get(frontEnd.name)! : member
  const { input, confirm, as, dryRun } = replaced(one, names) as Case
  return frontEnd.run(person, operationOf(operation), input, {
    ...(confirm === undefined ? {} : { confirm }),
    ...(as === undefined ? {} : { as }),
    ...(dryRun === undefined ? {} : { dryRun }),
  })
}

test('the audit says by which front end', async () => {
  for (const frontEnd of frontEnds) {
    const person = await people.create(`audited-${frontEnd.name}`)
    await frontEnd.run(person, operationOf('account.update'), { displayName: 'A' })
    expect((await people.run(person, 'audit.list')).items[0]).toMatchObject({ actor: person.name, via: frontEnd.via })
  }
})

describe.each(Object.entries(rows))('%s', (operation, { before = [], cases, everybody }) => {
  const members = new Map<string, Person>()
  beforeAll(async () => {
    count += 1
    for (const { name } of frontEnds) members.set(name, await people.create(`m${count}-${name}`))
    await Promise.all(
      [...members.values()].map(async (member) => {
        for (const [step, input] of before) {
          if (step === 'pay') {
            const bought = 'plan' in input ? 'billing.upgrade' : 'billing.addon.add'
            await pay(await people.run(member, bought, input))
            continue
          }
          const made = await people.run(member, step, input)
          if (typeof made.id === 'string') ids.set(member.name, made.id)
        }
        await people.settle(member)
      }),
    )
  })

  test.each(cases.map((one) => [JSON.stringify(one), one] as const))('%s', async (_title, one) => {
    const answers = await Promise.all(
      frontEnds.map(async (frontEnd) => {
        const member = members.get(frontEnd.name)!
        return { frontEnd, member, answer: await ask(frontEnd, operation, one, member) }
      }),
    )
    const [first, ...rest] = answers
    expect([first!.frontEnd.name, first!.answer.code]).toEqual([first!.frontEnd.name, one.code])
    const resultOf = ({ answer, frontEnd, member }: (typeof answers)[number], output = answer.output) =>
      everybody ? replaced(output, [...anybody, ...natural]) : comparable({ output }, frontEnd, member)
    const expected = resultOf(first!)
    for (const asked of rest) {
      const { name } = asked.frontEnd
      const { answer } = asked
      const { fields, secrets, columns, forPrograms } = operationOf(operation)
      if (answer.unaskable !== undefined) {
        // What its form doesn't take is what the others are told is wrong.
        const { unaskable } = answer
        const wrong = fields.some((field) => field.name === unaskable) ? unaskable : undefined
        expect([name, one.code, first!.answer.field]).toEqual(['tui', 'invalid_input', wrong])
        continue
      }
      const secretGiven = fields.some((field) => field.secret && one.input[field.name] != null)
      const onPage =
        name === 'irc' &&
        one.who !== 'nobody' &&
        !one.dryRun &&
        (secretGiven || secrets.length > 0 || fields.some(({ body }) => body))
      expect([name, answer.onPage ?? false, answer.code]).toEqual([name, onPage, one.code])
      if (answer.code !== undefined) {
        if (!onPage) expect([name, answer.field]).toEqual([name, first!.answer.field])
        continue
      }
      if (answer.onScreen) {
        const { items } = answer.output as { items?: object[] }
        const shownColumns = Object.keys(items?.[0] ?? {})
        if (items?.length)
          expect(shownColumns).toEqual(expect.arrayContaining(columns.filter((c) => !(c in one.input))))
        const wanted = seenOf(first!.answer.output, shownColumns, forPrograms)
        // After a change the thing itself is shown, and may have more to show than the change answered.
        const all = Object.entries(resultOf(asked) as object)
        const seen =
          operationOf(operation).effect === 'read'
            ? resultOf(asked)
            : Object.fromEntries(all.filter(([name]) => name in (wanted as object)))
        const moves = isMoving(operationOf(operation), one, first!.answer)
        expect([name, still(seen, moves)]).toEqual([name, still(resultOf(first!, wanted), moves)])
      } else expect([name, resultOf(asked)]).toEqual([name, onPage ? texts(expected) : expected])
    }
    if (operation !== 'account.delete' || one.code !== undefined)
      await Promise.all([...members.values()].map((member) => people.settle(member)))
  })
})
