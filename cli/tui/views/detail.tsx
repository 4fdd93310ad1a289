import { Text } from 'ink'
import { type DetailLine, detailLines } from '../detail-lines.ts'
import type { DetailPane } from '../pane.ts'
import { colour } from '../theme.ts'
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
  const lines = detailLines(pane, columns, new Date())
  const above = (pane.problem ? 1 : 0) + (pane.secrets.length > 0 ? 2 : 0)
  const room = Math.max(1, pane.related ? Math.min(lines.length, height - above - leastBelow - 2) : height - above)
  const start = pane.related ? 0 : Math.min(pane.scroll, Math.max(0, lines.length - room))
  return (
    <>
      {pane.problem && <ProblemLine problem={pane.problem} columns={columns} />}
      {pane.secrets.length > 0 && (
        <>
          <Row>
            <Text bold {...colour('busy')}>
              {' Shown this once: copy it now. Esc, and it is gone.'}
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
            <Text bold>{` ${pane.related.noun}s`}</Text>
          </Row>
          <List {...props} pane={pane.related} height={Math.max(2, height - above - room - 2)} />
        </>
      )}
    </>
  )
}

function Line({ line }: { line: DetailLine }) {
  if (line.heading)
    return (
      <Row>
        <Text bold>{` ${line.label}`}</Text>
      </Row>
    )
  return (
    <Row>
      <Text dimColor>{`   ${line.label}  `}</Text>
      <Text {...colour(line.tone)}>{line.text}</Text>
    </Row>
  )
}
