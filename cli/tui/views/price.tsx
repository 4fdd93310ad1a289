import { Text } from 'ink'
import { safe, shown } from '../../print/text.ts'
import { cut, wrapped } from '../cut.ts'
import type { Item } from '../pane.ts'
import { colour } from '../theme.ts'
import { Row } from './row.tsx'

/** What is due today and what that is made of, and what comes with the next bill. */
export function Price({ price, columns }: { price: Item; columns: number }) {
  const parts = Array.isArray(price.lines) ? price.lines.map(String) : []
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['today', shown(price.dueNow), true],
    ...(parts.length > 1 ? parts.map((part) => ['', safe(part), false] as const) : []),
    ['then', `${shown(price.next)} with each bill, next on ${String(price.nextAt ?? '').slice(0, 10)}`, false],
  ]
  return (
    <>
      {rows.map(([label, text, bold], i) => (
        // A row is its place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <Row key={i}>
          <Text dimColor>{`   ${label.padEnd(7)}`}</Text>
          <Text bold={bold}>{cut(text, columns - 12)}</Text>
        </Row>
      ))}
      {typeof price.note === 'string' &&
        wrapped(safe(price.note), columns - 4).map((line) => (
          <Row key={line}>
            <Text {...colour('busy')}>{`   ${line}`}</Text>
          </Row>
        ))}
      <Row />
    </>
  )
}
