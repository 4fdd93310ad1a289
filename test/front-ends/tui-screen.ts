import type { OperationDescription } from '@irc-now/core/operation/describe'
import { errorCodes } from '@irc-now/core/operation/errors'
import type { Answer } from './front-end.ts'

/** What is seen of a thing: its fields as texts, lists and texts of several lines as lines. */
export type Seen = Readonly<Record<string, string | readonly string[]>>

type Lines = readonly string[]

const pathOf = (lines: Lines) => /^ irc\.now › (.+?) {2}/.exec(lines[0] ?? '')?.[1]?.split(' › ') ?? []
const isAt = (lines: Lines, home: string) => pathOf(lines).join() === home

/** Between the tabs and a blank row, and the notice, two commands and the keys. */
const bodyOf = (lines: Lines) => lines.slice(3, -4)
const noticeOf = (lines: Lines) => lines.at(-4) ?? ''

const nameOf = (label: string) => label.toLowerCase().replace(/ ([a-z])/g, (_, letter: string) => letter.toUpperCase())

export const isQuestion = (lines: Lines) => bodyOf(lines).some((line) => /^ Type .+ to confirm:/.test(line))

/** What something costs, before it is bought. */
export const isPrice = (lines: Lines) => bodyOf(lines).some((line) => line.startsWith(' Enter goes on'))

/** An error that is seen, and the field below which it is seen. What the screen `home` itself says is not meant. */
export function readProblem(lines: Lines, home: string, { fields }: OperationDescription): Answer | null {
  const [, noticed, by] = /^ ✗ \[(\w+)\] (--as: )?/.exec(noticeOf(lines)) ?? []
  if (noticed) return { code: noticed, field: by && 'as' }
  if (isAt(lines, home)) return null
  const body = bodyOf(lines)
  const place = body.findIndex((line) => (/^ +\[(\w+)\] /.exec(line)?.[1] ?? '') in errorCodes)
  if (place < 0) return null
  const [, indent = '', code = '', as] = /^( +)\[(\w+)\] (--as: )?/.exec(body[place]!)!
  if (indent.length === 1) return { code, field: as && 'as' }
  const [, label] = /^ [ ›] (\S.*?) [ *] /.exec(`${body[place - 1]}   `) ?? []
  return {
    code,
    field: fields.find(({ flag }) => flag.replaceAll('-', ' ') === label?.trim())?.name ?? `below “${label}”`,
  }
}

/** The answer that is seen: the rows of a list, or a thing's fields; null before there is one. */
export function readResult(
  lines: Lines,
  home: string,
  operation: OperationDescription,
): Seen | { items: Seen[] } | null {
  const body = bodyOf(lines)
  const answered = /: palette|put it away/.test(lines.at(-1) ?? '') && !isAt(lines, home) && pathOf(lines).length > 0
  if (!answered || /^( Reading …)?$/.test(body[0]!)) return null
  if (body.includes(' usage')) return readBill(body, operation)
  return operation.columns.length > 0 ? { items: readList(body) } : readThing(body)
}

/** The billing screen, made by hand: a line that says most of it, what is the matter, and what is paid for. */
function readBill(body: Lines, { visit }: OperationDescription): Seen | null {
  const above = body.slice(0, body.indexOf('')).map((line) => line.trim())
  const [, plan = '', , status = '', said = ''] =
    /^(\S+) {2}([●◌✗○]) (\S+(?: \S+)*)(?: {2}(.*))?$/.exec(above[0] ?? '') ?? []
  if (status === '') return null
  const parts = said.split(' · ')
  const onDay = (word: string) => {
    const day = parts.find((part) => part.startsWith(`${word} `))?.slice(word.length + 1, word.length + 11)
    return day === undefined ? '–' : `${day} 00:00:00 UTC`
  }
  const paid = above.find((line) => line.startsWith('for '))
  const message = above.slice(1).find((line) => line !== paid)
  return {
    plan: plan === 'Operators' ? 'ops' : plan.toLowerCase(),
    status: status === 'nothing to pay' ? 'free' : status,
    ...(message === undefined ? {} : { message }),
    paysFor: paid?.slice(4).replaceAll(' · ', ', ') ?? '–',
    cost: parts[0]?.startsWith('$') ? parts[0] : 'nothing',
    renewsAt: onDay('renews'),
    endsAt: onDay('ends'),
    // Where there is a page on which one pays, this screen is not what is seen.
    ...(visit === null ? {} : { [visit]: '–' }),
  }
}

/** Each row's cells under their headings; no rows where a sentence stands instead. */
function readList([headings = '', ...rows]: Lines): Seen[] {
  if (!headings.startsWith('   ')) return []
  const columns = [...headings.matchAll(/\S+(?: \S+)*/g)].map(({ 0: heading, index }) => ({ heading, index }))
  return rows.slice(0, rows.indexOf('')).map((row) =>
    Object.fromEntries(
      columns.map(({ heading, index }, i) => {
        const cell = row.slice(index, columns[i + 1]?.index).trim()
        return [nameOf(heading), withoutSign(cell)]
      }),
    ),
  )
}

const withoutSign = (text: string) => text.replace(/^[●◌✗○] /, '')

function readThing(body: Lines): Seen {
  const seen: Record<string, string | string[]> = {}
  let last: string | undefined
  for (const [i, line] of body.entries()) {
    if (isRelatedList(body.slice(i))) break
    const [, label, text] = /^ {3}(\S.*?)(?: {2,}(.*))?$/.exec(line) ?? []
    const [, heading] = /^ ([a-z][\w ]*)/.exec(line) ?? []
    const lines = last === undefined ? undefined : seen[last]
    if (heading) {
      last = nameOf(heading.trim())
      seen[last] = []
    } else if (Array.isArray(lines)) lines.push(label === undefined ? line.slice(5) : `${nameOf(label)}: ${text}`)
    else if (label !== undefined) {
      last = nameOf(label)
      seen[last] = withoutSign(text ?? '')
    } else if (last !== undefined && line.trim() !== '') seen[last] = `${seen[last]} ${line.trim()}`.trim()
  }
  for (const lines of Object.values(seen)) while (Array.isArray(lines) && lines.at(-1) === '') lines.pop()
  return seen
}

/** The things below a thing are no part of it. */
const isRelatedList = ([blank, title = '', headings = '']: Lines) =>
  blank === '' && /^ [a-z]+s$/.test(title) && /^( {3}[A-Z]{2}| Reading| No )/.test(headings)

/** What is to be seen of an output; `names` are a list's columns, `hidden` fields that are for programs. */
export function seenOf(output: unknown, names: readonly string[], hidden: readonly string[] = []): unknown {
  const { items } = output as { items?: Record<string, unknown>[] }
  if (!items) {
    const fields = Object.entries(output as Record<string, unknown>)
    return thingSeen(Object.fromEntries(fields.filter(([name]) => !hidden.includes(name))))
  }
  const cell = (item: Record<string, unknown>, name: string) =>
    textOf(name in item ? item[name] : (item.status as Record<string, unknown> | undefined)?.[name])
  return { items: items.map((item) => Object.fromEntries(names.map((name) => [name, cell(item, name)]))) }
}

function thingSeen(thing: Record<string, unknown>): Seen {
  const seen: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(thing)) {
    if (name === 'status' && typeof value === 'object') {
      for (const [part, one] of Object.entries(value ?? {}))
        if (part === 'phase' || one !== null) seen[part === 'phase' ? name : part] = textOf(one)
    } else if (Array.isArray(value) && typeof value[0] === 'object')
      seen[name] = value.map((item) => Object.values(item).filter(isThere).map(textOf).join('  '))
    else if (typeof value === 'string' && value.includes('\n')) seen[name] = value.split('\n')
    else if (typeof value === 'object' && value !== null && !Array.isArray(value))
      seen[name] = Object.entries(value).map(([part, one]) => `${part}: ${textOf(one)}`)
    else seen[name] = textOf(value)
  }
  return seen
}

const isThere = (value: unknown) => value !== null && value !== ''

/** A value as a person reads it. */
function textOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map(textOf).join(', ') || '–'
  if (typeof value !== 'object') return String(value)
  const { phase, message } = value as { phase?: string; message?: string | null }
  return phase === undefined ? JSON.stringify(value) : message ? `${phase}: ${message}` : phase
}
