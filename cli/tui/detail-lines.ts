import { labelOf } from '@irc-now/core/operation/label'
import stringWidth from 'string-width'
import { blockLines, isBlock, safe, shown } from '../print/text.ts'
import { colouredLine, longest } from './colour-source.ts'
import { brokenUp, wrapped } from './cut.ts'
import type { DetailPane, Item } from './pane.ts'
import { ageOf, shortened } from './rows.ts'
import { signs, type Tone, toneOfCell } from './theme.ts'

export interface DetailLine {
  /** Empty on the lines that go on from the one before. */
  readonly label: string
  readonly text: string
  readonly tone: Tone | null
  readonly heading: boolean
  /** From the first column on: a part of what had no room beside its label. */
  readonly flush: boolean
  /** The address of which it is a part. */
  readonly link: string | null
}

interface Row {
  readonly label: string
  readonly text: string
  readonly tone: Tone | null
  /** To be copied as a whole: it is never indented where it must be broken. */
  readonly whole?: boolean
}

/** So many rows of a list inside a thing are shown; the rest is counted. */
const mostRows = 200

const isItem = (value: unknown): value is Item => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A thing as lines that fit into `width`: a label and its value, the values one below the other. */
export function detailLines(pane: DetailPane, width: number, now: Date): DetailLine[] {
  const value = pane.value ?? {}
  const { secrets, qr, address, thumbnail, source, forPrograms } = pane.marks
  const rows: Row[] = []
  const status: Row[] = []
  const sections: DetailLine[] = []
  for (const [name, one] of Object.entries(value)) {
    if (secrets.includes(name) || forPrograms.includes(name)) continue
    if (name === 'status' && isItem(one)) status.push(...statusRows(value, one, now))
    else if (isItem(one)) sections.push(heading(name), ...laidOut(rowsOfItem(one), width))
    else if (Array.isArray(one) && one.some(isItem)) sections.push(...listSection(name, one.filter(isItem)))
    else if (name === source?.text) sections.push(heading(name), ...blockRows(linesOf(pane, String(one)), width))
    else if (isBlock(one)) sections.push(heading(name), ...blockRows(plainLines(one), width))
    else
      rows.push({
        label: safe(labelOf(name)),
        text: shown(one),
        tone: null,
        whole: [address, thumbnail, ...qr].includes(name),
      })
  }
  const once = secrets.map(
    (name): Row => ({ label: safe(labelOf(name)), text: shown(value[name]), tone: 'accent', whole: true }),
  )
  // How it is comes first: where the screen is low, the rest is cut.
  return [...laidOut([...once, ...status, ...rows], width), ...sections]
}

function statusRows(value: Item, status: Item, now: Date): Row[] {
  const tone = toneOfCell(value, 'status')
  return Object.entries(status)
    .filter(([name, one]) => name === 'phase' || one !== null)
    .map(([name, one]) => {
      if (name === 'phase') return { label: 'status', text: `${tone ? signs[tone] : ''} ${shown(one)}`, tone }
      const age = name === 'since' && typeof one === 'string' ? ` (${ageOf(one, now)})` : ''
      return { label: safe(labelOf(name)), text: shown(one) + age, tone: name === 'message' ? tone : null }
    })
}

const rowsOfItem = (item: Item): Row[] =>
  Object.entries(item).map(([name, value]) => ({ label: safe(labelOf(name)), text: shown(value), tone: null }))

const plain = { label: '', text: '', tone: null, heading: false, flush: false, link: null } as const

const heading = (label: string): DetailLine => ({ ...plain, label: safe(labelOf(label)), heading: true })

function listSection(name: string, items: readonly Item[]): DetailLine[] {
  const lines = items.slice(0, mostRows).map((item): DetailLine => {
    const cells = Object.values(item).filter((value) => value !== null && value !== '')
    return { ...plain, text: shortened(cells.map(shown).join('  '), 500) }
  })
  const rest = items.length - lines.length
  const more = rest > 0 ? [{ ...plain, text: `… and ${rest} more` }] : []
  return [heading(`${name} (${items.length})`), ...lines, ...more]
}

const plainLines = (text: string) => blockLines(shortened(text, longest))

/** A text that may be code, in colours where they are known. */
function linesOf(pane: DetailPane, text: string): string[] {
  const coloured = pane.coloured?.lines?.map(colouredLine)
  return coloured ? [...coloured, ...(text.length > longest ? ['…'] : [])] : plainLines(text)
}

/** Lines that are to be typed or copied as they stand, each from the first column on. */
const blockRows = (lines: readonly string[], width: number): DetailLine[] =>
  lines.flatMap((line) => brokenUp(line, width - 6)).map((line) => ({ ...plain, text: line }))

function laidOut(rows: readonly Row[], width: number): DetailLine[] {
  const labels = Math.min(24, Math.max(0, ...rows.map(({ label }) => stringWidth(label))))
  return rows.flatMap(({ label, text, tone, whole }) => {
    if (whole && stringWidth(text) > width - labels - 6) return wholeLines(label, text, tone, width)
    return wrapped(shortened(text, longest), width - labels - 6).map((line, i) => ({
      ...plain,
      label: (i === 0 ? label : '').padEnd(labels),
      text: line,
      tone,
    }))
  })
}

/** A line of its own below its label, or as few as can be, with nothing before them that would be copied too. */
function wholeLines(label: string, text: string, tone: Tone | null, width: number): DetailLine[] {
  const link = /^https?:\/\/[\x21-\x7e]+$/.test(text) ? text : null
  if (stringWidth(text) <= width - 5)
    return [
      { ...plain, label },
      { ...plain, text, tone, link },
    ]
  const lines = brokenUp(shortened(text, longest), width)
  return [heading(label), ...lines.map((line) => ({ ...plain, text: line, tone, flush: true, link }))]
}
