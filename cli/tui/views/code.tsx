import { Text } from 'ink'
import { codeFits } from '../code.ts'
import { wrapped } from '../cut.ts'
import type { CodePane } from '../pane.ts'
import type { BodyProps } from './body-props.ts'
import { Row } from './row.tsx'

/** Black on white whatever the terminal's colours are; without colours as on a light one. Scanners read both. */
const ink = process.env.NO_COLOR ? {} : { color: 'black', backgroundColor: 'white' }

/** A part of a code can't be scanned, so it is there as a whole or not at all. */
export function Code({ app, pane, columns }: BodyProps<CodePane>) {
  if (!codeFits(pane.lines, app.size))
    return wrapped('There is no room for the code; make the terminal larger.', columns - 2).map((line) => (
      <Row key={line}>
        <Text>{` ${line}`}</Text>
      </Row>
    ))
  return pane.lines.map((line, i) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
    <Row key={i}>
      <Text {...ink}>{line}</Text>
    </Row>
  ))
}
