import stringWidth from 'string-width'
import { fitted } from '../../print/fit.ts'
import { safe } from '../../print/text.ts'
import { padded } from '../cut.ts'
import type { Item } from '../pane.ts'
import type { PlanLine } from './board.ts'
import { limitText, limitTitle } from './limits.ts'
import type { Line, Piece } from './line.ts'

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
  plan.tier === 'account' ? plan.name === value.plan : paidFor(plan, value) > 0

/** How many of it are paid for. */
function paidFor({ name }: PlanLine, value: Item): number {
  const bought = (value.bought ?? []) as readonly { readonly offer: string; readonly quantity: number }[]
  return bought.find(({ offer }) => offer === name)?.quantity ?? 0
}

function planRows(plans: readonly PlanLine[], value: Item): string[][] {
  const heads = plans.map(({ title }) => safe(title).split(' '))
  // What is the same whatever one has is nothing to compare, and would take the room of what differs.
  const limits = [...new Set(plans.flatMap((plan) => Object.keys(plan.limits)))].filter((limit) =>
    differs(plans, limit),
  )
  const yearly = plans.some((plan) => priceOf(plan, 'year'))
  return [
    ['', ...heads.map(([first]) => first ?? '')],
    ['', ...heads.map(([, ...rest]) => rest.join(' '))],
    [yearly ? 'a month (a year)' : 'a month', ...plans.map(priceCell)],
    ['you have', ...plans.map((plan) => (isOwn(plan, value) ? countOf(plan, value) : '–'))],
    ...limits.map((limit) => [safe(limitTitle(limit)), ...plans.map((plan) => limitCell(plan, limit))]),
    ['still to come', ...plans.map(({ note }) => (note ? '✓' : '–'))],
    ['may stay for ever', ...plans.map(({ forEver }) => (forEver ? '✓' : '–'))],
  ]
}

const differs = (plans: readonly PlanLine[], limit: string) =>
  new Set(plans.flatMap(({ limits }) => (limits[limit] === undefined ? [] : [limits[limit]]))).size > 1 ||
  plans.some(({ tier, limits }) => tier !== 'account' && limits[limit] !== undefined)

const priceOf = ({ prices }: PlanLine, wanted: string) => prices.find(({ interval }) => interval === wanted)

function priceCell(plan: PlanLine): string {
  const [month, year] = [priceOf(plan, 'month'), priceOf(plan, 'year')]
  const parts = [month ? dollars(month.cents) : '', year ? `(${dollars(year.cents)})` : '']
  return parts.filter(Boolean).join(' ') || '–'
}

const countOf = (plan: PlanLine, value: Item) => {
  const count = paidFor(plan, value)
  return count > 1 ? `${count} ×` : '✓'
}

/** `$6` where it is whole dollars, so that six plans find room. */
const dollars = (cents: number) => (cents % 100 === 0 ? `$${cents / 100}` : `$${(cents / 100).toFixed(2)}`)

function limitCell({ tier, limits }: PlanLine, name: string): string {
  const value = limits[name] === undefined ? 0 : limits[name]
  const text = limitText(name, value)
  return tier === 'account' || text === '–' || text === '✓' ? text : `+${text}`
}
