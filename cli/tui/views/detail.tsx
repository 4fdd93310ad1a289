import { Text } from 'ink'
import { type DetailLine, detailLines } from '../detail-lines.ts'
import type { DetailPane } from '../pane.ts'
import { holdsSecret } from '../panes/secret.ts'
import { colour } from '../theme.ts'
import { Billing } from './billing.tsx'
import type { BodyProps } from './body-props.ts'
import { List } from './list.tsx'
import { ProblemLine } from './problem.tsx'
import { Row } from './row.tsx'

/** Rows that what lies below a thing has at least: its headings, and two of it. */
const leastBelow = 3

export function Detail(props: BodyProps<DetailPane>) {
  const { pane, columns, height } = props
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
        <Line key={i} line={line} />
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

/** A part of an address leads to the whole of it, where the terminal opens links (OSC 8). */
const linked = ({ text, link }: DetailLine) => (link === null ? text : `\x1b]8;;${link}\x07${text}\x1b]8;;\x07`)

function Line({ line }: { line: DetailLine }) {
  if (line.heading)
    return (
      <Row>
        <Text bold>{` ${line.label}`}</Text>
      </Row>
    )
  if (line.flush)
    return (
      <Row>
        <Text {...colour(line.tone)}>{linked(line)}</Text>
      </Row>
    )
  return (
    <Row>
      <Text dimColor>{`   ${line.label}  `}</Text>
      <Text {...colour(line.tone)}>{line.text}</Text>
    </Row>
  )
}
