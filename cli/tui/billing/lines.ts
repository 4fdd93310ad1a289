import stringWidth from 'string-width'
import { safe, shown } from '../../print/text.ts'
import { padded, wrapped } from '../cut.ts'
import type { DetailPane, Item } from '../pane.ts'
import { untilOf } from '../rows.ts'
import { signs, type Tone, toneOfCell } from '../theme.ts'
import type { Board, PlanLine, UsageLine } from './board.ts'
import { limitTitle } from './limits.ts'
import type { Line } from './line.ts'
import { planLines } from './plan-lines.ts'

const heading = (text: string): Line => [{ text: ` ${text}`, bold: true }]
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : [])

/** What is in no list of plans. */
const unsold: Readonly<Record<string, string>> = { ops: 'Operators' }

/** How the bill stands: the plan and its price, what is the matter, and what all is paid for. */
export function standingLines(value: Item, plans: readonly PlanLine[], width: number, now: Date): Line[] {
  const status = value.status as { phase?: string; message?: string | null } | undefined
  const tone = toneOfCell(value, 'status')
  const title = plans.find(({ name }) => name === value.plan)?.title ?? unsold[String(value.plan)] ?? shown(value.plan)
  const when = [
    ['renews', value.renewsAt],
    ['ends', value.endsAt],
  ].flatMap(([word, at]) => (typeof at === 'string' ? [`${word} ${onDay(at, now)}`] : []))
  const paid = texts(value.paysFor)
  return [
    [
      { text: ` ${safe(title)}  `, bold: true },
      {
        text: `${tone ? signs[tone] : ''} ${status?.phase === 'free' ? 'nothing to pay' : shown(status?.phase)}`,
        tone,
      },
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
  return Date.parse(iso) > now.getTime() ? `${day}, ${untilOf(iso, now)}` : day
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
