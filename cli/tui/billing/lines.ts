import stringWidth from 'string-width'
import { fitted } from '../../print/fit.ts'
import { safe, shown } from '../../print/text.ts'
import { padded, wrapped } from '../cut.ts'
import type { DetailPane, Item } from '../pane.ts'
import { ageOf } from '../rows.ts'
import { signs, type Tone, toneOfCell } from '../theme.ts'
import type { Board, PlanLine, UsageLine } from './board.ts'
import { limitText, limitTitle } from './limits.ts'

/** A piece of a row. */
export interface Piece {
  readonly text: string
  readonly tone?: Tone | null
  readonly bold?: boolean
  readonly dim?: boolean
}

export type Line = readonly Piece[]

const heading = (text: string): Line => [{ text: ` ${text}`, bold: true }]
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

/** How the bill stands: the plan and its price, what is the matter, and what all is paid for. */
export function standingLines(value: Item, plans: readonly PlanLine[], width: number, now: Date): Line[] {
  const status = value.status as { phase?: string; message?: string | null } | undefined
  const tone = toneOfCell(value, 'status')
  const title = plans.find(({ name }) => name === value.plan)?.title ?? String(value.plan ?? '')
  const when = [
    ['renews', value.renewsAt],
    ['ends', value.endsAt],
  ].flatMap(([word, at]) => (typeof at === 'string' ? [`${word} ${onDay(at, now)}`] : []))
  const paid = texts(value.paysFor)
  return [
    [
      { text: ` ${safe(title)}  `, bold: true },
      { text: `${tone ? signs[tone] : ''} ${shown(status?.phase)}`, tone },
      { text: `  ${[...(value.cost === 'nothing' ? [] : [shown(value.cost)]), ...when].join(' · ')}` },
    ],
    ...(status?.message
      ? wrapped(safe(status.message), width - 4).map((text): Line => [{ text: `   ${text}`, tone }])
      : []),
    ...(paid.length > 0
      ? wrapped(`for ${paid.map(safe).join(' · ')}`, width - 4).map((text): Line => [{ text: `   ${text}`, dim: true }])
      : []),
  ]
}

/** `2026-12-24, in 30 d`, and after it the day alone. */
function onDay(iso: string, now: Date): string {
  const day = iso.slice(0, 10)
  return Date.parse(iso) > now.getTime() ? `${day}, in ${ageOf(now.toISOString(), new Date(iso))}` : day
}

/** A bar for each limit of which what is used can be counted. */
export function usageLines(items: readonly UsageLine[], width: number): Line[] {
  const counted = items.filter(({ used }) => used !== null)
  const said = counted.map(({ used, allowed, value }) =>
    value === null ? `${used}, ${allowed}` : `${used} of ${allowed}`,
  )
  const titles = Math.max(0, ...counted.map(({ limit }) => stringWidth(limitTitle(limit))))
  const amounts = Math.max(0, ...said.map((text) => stringWidth(text)))
  const bar = Math.max(6, Math.min(30, width - titles - amounts - 9))
  const why = width - titles - amounts - bar - 9
  return counted.map(({ limit, value, has, why: reason }, i): Line => {
    const { done, tone } = partOf(has ?? 0, value)
    const full = value === null ? 0 : Math.round(done * bar)
    // What is used at all shows.
    const filled = value !== null && (has ?? 0) > 0 ? Math.max(1, full) : full
    return [
      { text: `   ${padded(safe(limitTitle(limit)), titles)}  `, dim: true },
      { text: '█'.repeat(filled), tone },
      { text: (value === null ? '·' : '░').repeat(bar - filled), dim: true },
      { text: `  ${padded(safe(said[i]!), amounts)}`, tone: tone === 'good' ? null : tone },
      ...(why >= 16 ? [{ text: `  ${padded(safe(reason), why - 2)}`, dim: true }] : []),
    ]
  })
}

function partOf(has: number, value: number | null): { done: number; tone: Tone } {
  if (value === null) return { done: 0, tone: 'good' }
  if (has > value) return { done: 1, tone: 'bad' }
  const done = value === 0 ? 0 : has / value
  return { done, tone: done >= 1 && value > 1 ? 'busy' : 'good' }
}

/** The plans side by side: a row a limit. Columns that have no room are left out, the last first. */
export function planLines(plans: readonly PlanLine[], value: Item, width: number): Line[] {
  const rows = planRows(plans, value)
  const columns = Array.from({ length: plans.length + 1 }, (_, i) =>
    Math.max(...rows.map((row) => stringWidth(row[i]!))),
  )
  const widths = fitted(columns, width - 4, () => true)
  return rows.map((row, i): Line => {
    const head = i < 2
    return row.flatMap((text, column): Piece[] => {
      if (widths[column] === 0) return []
      const own = column > 0 && isOwn(plans[column - 1]!, value)
      const piece = `${column === 0 ? '   ' : '  '}${padded(text, widths[column]!)}`
      if (column === 0) return [{ text: piece, dim: true }]
      return [{ text: piece, bold: head || own, dim: !head && !own && text === '–', tone: own ? 'accent' : null }]
    })
  })
}

const isOwn = (plan: PlanLine, value: Item) =>
  plan.tier === 'account' ? plan.name === value.plan : paidFor(plan, value) !== null

/** How often something is paid for: the summary says it in words, such as `2 × Bots, by the month`. */
function paidFor({ title }: PlanLine, value: Item): string | null {
  for (const text of texts(value.paysFor)) {
    const [, count = '1', what] = /^(?:(\d+) × )?(.+), by the \w+$/.exec(text) ?? []
    if (what === title) return count
  }
  return null
}

function planRows(plans: readonly PlanLine[], value: Item): string[][] {
  const heads = plans.map(({ title }) => safe(title).split(' '))
  const limits = [...new Set(plans.flatMap((plan) => Object.keys(plan.limits)))]
  const yearly = plans.some((plan) => priceOf(plan, 'year'))
  return [
    ['', ...heads.map(([first]) => first ?? '')],
    ['', ...heads.map(([, ...rest]) => rest.join(' '))],
    [yearly ? 'a month (a year)' : 'a month', ...plans.map(priceCell)],
    ['you have', ...plans.map((plan) => (isOwn(plan, value) ? countOf(plan, value) : '–'))],
    ...limits.map((limit) => [safe(limitTitle(limit)), ...plans.map((plan) => limitCell(plan, limit))]),
    ['may stay for ever', ...plans.map(({ forEver }) => (forEver ? '✓' : '–'))],
  ]
}

const priceOf = ({ prices }: PlanLine, wanted: string) => prices.find(({ interval }) => interval === wanted)

function priceCell(plan: PlanLine): string {
  const [month, year] = [priceOf(plan, 'month'), priceOf(plan, 'year')]
  const parts = [month ? dollars(month.cents) : '', year ? `(${dollars(year.cents)})` : '']
  return parts.filter(Boolean).join(' ') || '–'
}

const countOf = (plan: PlanLine, value: Item) => {
  const count = paidFor(plan, value) ?? '1'
  return count === '1' ? '✓' : `${count} ×`
}

/** `$6` where it is whole dollars, so that six plans find room. */
const dollars = (cents: number) => (cents % 100 === 0 ? `$${cents / 100}` : `$${(cents / 100).toFixed(2)}`)

function limitCell({ tier, limits }: PlanLine, name: string): string {
  const value = limits[name] === undefined ? 0 : limits[name]
  const text = limitText(name, value)
  return tier === 'account' || text === '–' || text === '✓' ? text : `+${text}`
}

const itemsOf = <T>(list: { readonly items: readonly Item[] | null }) => (list.items ?? []) as unknown as readonly T[]

/** Rows that the bills have at least: a blank one, their heading, the columns’, and two of them. */
const leastBills = 5

export interface BoardView {
  readonly lines: readonly Line[]
  /** The plans have the screen to themselves. */
  readonly alone: boolean
  /** There is room for all at once, so that nothing is to be chosen. */
  readonly whole: boolean
}

/** What stands above the bills on a screen of so many rows: all of it where there is room, else what was asked for. */
export function boardView(board: Board, pane: DetailPane, width: number, height: number, now: Date): BoardView {
  const value = pane.value ?? {}
  const plans = itemsOf<PlanLine>(board.plans)
  const standing = standingLines(value, plans, width, now)
  const usage = [heading('usage'), ...usageLines(itemsOf<UsageLine>(board.usage), width)]
  const table = planLines(plans, value, width)
  const all: Line[] = [...standing, [], ...usage, [], heading('plans'), ...table]
  if (all.length <= height - leastBills) return { lines: all, alone: false, whole: true }
  if (board.view === 'plans') return { lines: table, alone: true, whole: false }
  const lines: Line[] = [...standing, [], ...usage]
  return { lines: lines.slice(0, Math.max(1, height - leastBills)), alone: false, whole: false }
}
