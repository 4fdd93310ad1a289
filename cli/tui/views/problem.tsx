import type { Problem } from '@irc-now/core/operation/errors'
import { Text } from 'ink'
import { safe } from '../../print/text.ts'
import { wrapped } from '../cut.ts'
import { problemText } from '../problem-text.ts'
import { colour } from '../theme.ts'
import { Row } from './row.tsx'

/** An error as every front end says it: its code and one sentence. */
export function ProblemLine({ problem, columns, indent = 1 }: { problem: Problem; columns: number; indent?: number }) {
  return wrapped(safe(problemText(problem)), columns - indent - 1)
    .slice(0, 3)
    .map((line) => (
      <Row key={line}>
        <Text {...colour('bad')}>{' '.repeat(indent) + line}</Text>
      </Row>
    ))
}
