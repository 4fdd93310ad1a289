import { Text } from 'ink'
import { type DetailLine, detailLines } from '../detail-lines.ts'
import type { DetailPane } from '../pane.ts'
import { holdsSecret } from '../panes/secret.ts'
import type { Drawing } from '../picture/drawing.ts'
import { drawingOf, widthOf } from '../picture/place.ts'
import { colour } from '../theme.ts'
import { Billing } from './billing.tsx'
import type { BodyProps } from './body-props.ts'
import { List } from './list.tsx'
import { ProblemLine } from './problem.tsx'
import { Row } from './row.tsx'

/** Rows that what lies below a thing has at least: its headings, and two of it. */
const leastBelow = 3

export function Detail(props: BodyProps<DetailPane>) {
  const { app, pane, columns, height } = props
  if (pane.value === null)
    return pane.problem ? (
      <ProblemLine problem={pane.problem} columns={columns} />
    ) : (
      <Row>
        <Text dimColor>{' Reading …'}</Text>
      </Row>
    )
  if (pane.board) return <Billing {...props} board={pane.board} />
  const lines = detailLines(pane, columns, new Date())
  const above = (pane.problem ? 1 : 0) + (holdsSecret(pane) ? 2 : 0)
  const room = Math.max(1, pane.related ? Math.min(lines.length, height - above - leastBelow - 2) : height - above)
  const start = pane.related ? 0 : Math.min(pane.scroll, Math.max(0, lines.length - room))
  const { drawing = null } = drawingOf(app) ?? {}
  return (
    <>
      {pane.problem && <ProblemLine problem={pane.problem} columns={columns} />}
      {holdsSecret(pane) && (
        <>
          <Row>
            <Text bold {...colour('busy')}>
              {pane.leaving
                ? ' Shown this once: leave all the same? q once more does; any other key stays.'
                : ' Shown this once: copy it now. Esc or Enter puts it away for good.'}
            </Text>
          </Row>
          <Row />
        </>
      )}
      {lines.slice(start, start + room).map((line, i) => (
        // A line is its place: labels may come twice.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Line key={i} line={line} beside={besideOf(drawing, line, i)} />
      ))}
      {belowOf(drawing, lines.length).map((line, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
        <Row key={`below ${i}`}>
          <Text>{line}</Text>
        </Row>
      ))}
      {pane.related && (
        <>
          <Row />
          <Row>
            <Text
              bold
            >{` ${pane.related.operation?.verb === 'list' ? `${pane.related.noun}s` : pane.related.operation?.verb}`}</Text>
          </Row>
          <List {...props} pane={pane.related} height={Math.max(2, height - above - room - 2)} />
        </>
      )}
    </>
  )
}

/** The row of a picture that stands beside a line; only half blocks are text. */
function besideOf(drawing: Drawing | null, line: DetailLine, row: number): string {
  const part = drawing && drawing.box.top <= row ? drawing.lines?.[row - drawing.box.top] : undefined
  return part === undefined ? '' : ' '.repeat(Math.max(0, drawing!.box.left - widthOf(line))) + part
}

/** The rows of a picture that stands below so many lines, and the blank one above it. */
function belowOf(drawing: Drawing | null, lines: number): string[] {
  if (!drawing?.lines || drawing.box.top < lines) return []
  const { top, left } = drawing.box
  return [...Array<string>(top - lines).fill(' '), ...drawing.lines.map((line) => ' '.repeat(left) + line)]
}

/** A part of an address leads to the whole of it, where the terminal opens links (OSC 8). */
const linked = ({ text, link }: DetailLine) => (link === null ? text : `\x1b]8;;${link}\x07${text}\x1b]8;;\x07`)

function Line({ line, beside }: { line: DetailLine; beside: string }) {
  if (line.heading)
    return (
      <Row>
        <Text bold>{` ${line.label}`}</Text>
        <Text>{beside}</Text>
      </Row>
    )
  if (line.flush)
    return (
      <Row>
        <Text {...colour(line.tone)}>{linked(line)}</Text>
        <Text>{beside}</Text>
      </Row>
    )
  return (
    <Row>
      <Text dimColor>{`   ${line.label}  `}</Text>
      <Text {...colour(line.tone)}>{linked(line)}</Text>
      <Text>{beside}</Text>
    </Row>
  )
}
