import { Text } from 'ink'
import stringWidth from 'string-width'
import { fitted } from '../../print/fit.ts'
import { safe } from '../../print/text.ts'
import { cut, padded, windowOf, wrapped } from '../cut.ts'
import { textOf } from '../line-editor.ts'
import type { ListPane } from '../pane.ts'
import { cellOf, headingOf, rowsOf } from '../rows.ts'
import { colour, signs, type Tone, toneOfCell } from '../theme.ts'
import type { BodyProps } from './body-props.ts'
import { Input } from './input.tsx'
import { ProblemLine } from './problem.tsx'
import { Row } from './row.tsx'

interface Cell {
  readonly text: string
  readonly tone: Tone | null
}

/** Rows under headings; only those that fit are there at all. */
export function List({ pane, columns, height }: BodyProps<ListPane>) {
  if (pane.problem && pane.items === null) return <ProblemLine problem={pane.problem} columns={columns} />
  if (pane.items === null) return <Said text="Reading …" columns={columns} />
  if (pane.items.length === 0) return <Said text={pane.empty ?? 'There is nothing here.'} columns={columns} />
  const rows = rowsOf(pane)
  const filtered = pane.filtering || textOf(pane.filter) !== ''
  const now = new Date()
  const { start, end } = windowOf(pane.cursor, rows.length, height - 1 - (filtered ? 1 : 0) - (pane.problem ? 1 : 0))
  const cells = rows.slice(start, end).map((item) =>
    pane.columns.map((column): Cell => {
      const tone = toneOfCell(item, column)
      return { tone, text: `${tone ? `${signs[tone]} ` : ''}${cellOf(item, column, now)}` }
    }),
  )
  const widths = fitted(
    pane.columns.map((column, i) =>
      Math.max(stringWidth(headingOf(column)), ...cells.map((row) => stringWidth(row[i]!.text))),
    ),
    columns - 4,
    // Of no use in part, and copied by a key.
    (i) => pane.columns[i] === pane.operation?.address,
  )
  return (
    <>
      {filtered && <Filter pane={pane} left={rows.length} columns={columns} />}
      {pane.problem && <ProblemLine problem={pane.problem} columns={columns} />}
      {rows.length === 0 && (
        <Said text={`Nothing matches “${safe(textOf(pane.filter))}”; Esc shows all.`} columns={columns} />
      )}
      {rows.length > 0 && (
        <Row>
          <Text dimColor>{`   ${line(pane.columns.map(headingOf), widths)}`}</Text>
        </Row>
      )}
      {cells.map((row, i) => (
        // Rows have no identity of their own beyond their place in the window.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <ListRow key={i} cells={row} widths={widths} chosen={start + i === pane.cursor} />
      ))}
    </>
  )
}

const line = (texts: readonly string[], widths: readonly number[]) =>
  texts
    .map((text, i) => (widths[i] ? padded(text, widths[i]) : ''))
    .filter(Boolean)
    .join('  ')

function ListRow({ cells, widths, chosen }: { cells: readonly Cell[]; widths: readonly number[]; chosen: boolean }) {
  return (
    <Row>
      <Text bold {...colour('accent')}>
        {chosen ? ' › ' : '   '}
      </Text>
      {cells.map((cell, i) =>
        widths[i] ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
          <Text key={i} bold={chosen} {...colour(cell.tone)}>
            {(i > 0 ? '  ' : '') + padded(cell.text, widths[i])}
          </Text>
        ) : null,
      )}
    </Row>
  )
}

function Filter({ pane, left, columns }: { pane: ListPane; left: number; columns: number }) {
  return (
    <Row>
      <Text {...colour('accent')}>{' /'}</Text>
      <Input line={pane.filter} width={Math.max(4, columns - 24)} focused={pane.filtering} />
      <Text dimColor>{`  ${left} of ${pane.items?.length ?? 0}`}</Text>
    </Row>
  )
}

function Said({ text, columns }: { text: string; columns: number }) {
  return wrapped(text, columns - 2).map((one) => (
    <Row key={one}>
      <Text dimColor>{` ${cut(one, columns - 2)}`}</Text>
    </Row>
  ))
}
