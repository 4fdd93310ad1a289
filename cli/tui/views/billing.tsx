import { Text } from 'ink'
import type { Board } from '../billing/board.ts'
import type { Line } from '../billing/line.ts'
import { boardView } from '../billing/lines.ts'
import type { DetailPane } from '../pane.ts'
import { colour } from '../theme.ts'
import type { BodyProps } from './body-props.ts'
import { List } from './list.tsx'
import { ProblemLine } from './problem.tsx'
import { Row } from './row.tsx'

/** How the bill stands, what is used, the plans side by side, and the bills. */
export function Billing(props: BodyProps<DetailPane> & { board: Board }) {
  const { pane, board, columns, height } = props
  const problem = pane.problem ?? board.usage.problem ?? board.plans.problem
  const room = height - (problem ? 1 : 0)
  const { lines, alone } = boardView(board, pane, columns, room, new Date())
  const start = alone ? Math.min(pane.scroll, Math.max(0, lines.length - room)) : 0
  const seen = lines.slice(start, start + room)
  return (
    <>
      {problem && <ProblemLine problem={problem} columns={columns} />}
      {seen.map((line, i) => (
        // A line is its place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Pieces key={i} line={line} />
      ))}
      {pane.related && !alone && (
        <>
          <Row />
          <Row>
            <Text bold>{` ${pane.related.operation?.verb}`}</Text>
          </Row>
          <List {...props} pane={pane.related} height={Math.max(2, room - seen.length - 2)} />
        </>
      )}
    </>
  )
}

function Pieces({ line }: { line: Line }) {
  if (line.length === 0) return <Row />
  return (
    <Row>
      {line.map(({ text, tone = null, bold = false, dim = false }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a piece is its place
        <Text key={i} bold={bold} dimColor={dim} {...colour(tone)}>
          {text}
        </Text>
      ))}
    </Row>
  )
}
