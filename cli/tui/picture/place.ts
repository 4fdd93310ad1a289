import stringWidth from 'string-width'
import { type App, topOf } from '../app.ts'
import { bodyHeight, bodyTop } from '../body-height.ts'
import { type DetailLine, detailLines } from '../detail-lines.ts'
import type { DetailPane } from '../pane.ts'
import { holdsSecret } from '../panes/secret.ts'
import type { Box, Drawing } from './drawing.ts'

/** Less than this shows nothing. */
const least = { columns: 8, rows: 4 }
/** More than this is no small picture any more. */
const most = { columns: 96, rows: 32 }
const margin = 3

export interface Wanted {
  readonly pane: DetailPane
  readonly address: string
  /** In the pane’s body. */
  readonly boxes: readonly Box[]
  /** The same for the same picture in the same room. */
  readonly of: string
}

/** As wide as it is drawn (views/detail.tsx). */
export const widthOf = ({ heading, flush, label, text }: DetailLine) =>
  heading ? 1 + stringWidth(label) : stringWidth(text) + (flush ? 0 : stringWidth(label) + 5)

/** Where there is room for a picture: beside the first lines, as many as are short enough, or below them all. */
export function boxesOf(lines: readonly DetailLine[], columns: number, rows: number): Box[] {
  const boxes: Box[] = [
    { top: lines.length + 1, left: margin, columns: columns - 2 * margin, rows: rows - lines.length - 1 },
  ]
  let widest = 0
  for (const [i, line] of lines.slice(0, rows).entries()) {
    widest = Math.max(widest, widthOf(line))
    boxes.push({ top: 0, left: widest + margin, columns: columns - widest - margin - 1, rows: i + 1 })
  }
  return boxes
    .filter((box) => box.columns >= least.columns && box.rows >= least.rows)
    .map((box) => ({ ...box, columns: Math.min(box.columns, most.columns), rows: Math.min(box.rows, most.rows) }))
}

/** The picture for which there is room in what is seen now; null where there is none. */
export function wantedOf(app: App): Wanted | null {
  const pane = topOf(app)
  if (pane.kind !== 'detail' || pane.marks.thumbnail === null || pane.related || pane.problem) return null
  const address = pane.value?.[pane.marks.thumbnail]
  if (typeof address !== 'string' || pane.scroll > 0 || holdsSecret(pane)) return null
  const lines = detailLines(pane, app.size.columns, new Date())
  const boxes = boxesOf(lines, app.size.columns, bodyHeight(app.size))
  // Where a text changes, what lies over its row is written over as well.
  const of = JSON.stringify([address, app.size, lines.map(({ text }) => text)])
  return boxes.length === 0 ? null : { pane, address, boxes, of }
}

/** The picture that is seen now, once it is drawn. */
export function drawingOf(app: App): { readonly of: string; readonly drawing: Drawing } | null {
  const wanted = wantedOf(app)
  const { picture } = wanted?.pane ?? {}
  return wanted && picture?.of === wanted.of && picture.drawing ? { of: wanted.of, drawing: picture.drawing } : null
}

/** What is to be written over the screen, and where: in rows and columns from 0. */
export interface Placed {
  readonly of: string
  readonly top: number
  readonly left: number
  readonly output: string
}

/** The picture that lies over what is seen now; half blocks are text, so not they. */
export function placedOf(app: App): Placed | null {
  const { of, drawing } = drawingOf(app) ?? {}
  if (of === undefined || !drawing || drawing.output === null) return null
  const { box, output } = drawing
  return { of, top: bodyTop(app.size) + box.top, left: box.left, output }
}
