import { Text } from 'ink'
import { safe } from '../../print/text.ts'
import { cut, padded, windowOf, wrapped } from '../cut.ts'
import { helpLines, logLines } from '../help.ts'
import type { ConfirmPane, MenuPane, PalettePane, Pane, TextPane } from '../pane.ts'
import { found } from '../panes/palette.ts'
import { colour } from '../theme.ts'
import type { BodyProps } from './body-props.ts'
import { Code } from './code.tsx'
import { Detail } from './detail.tsx'
import { Form } from './form.tsx'
import { Input } from './input.tsx'
import { List } from './list.tsx'
import { Price } from './price.tsx'
import { ProblemLine } from './problem.tsx'
import { Row } from './row.tsx'

export function Body(props: BodyProps<Pane>) {
  const { pane } = props
  switch (pane.kind) {
    case 'list':
      return <List {...props} pane={pane} />
    case 'detail':
      return <Detail {...props} pane={pane} />
    case 'form':
      return <Form {...props} pane={pane} />
    case 'confirm':
      return <Confirm {...props} pane={pane} />
    case 'palette':
      return <Palette {...props} pane={pane} />
    case 'menu':
      return <Menu {...props} pane={pane} />
    case 'text':
      return pane.about === 'help' ? <Help {...props} pane={pane} /> : <Log {...props} pane={pane} />
    case 'code':
      return <Code {...props} pane={pane} />
  }
}

/** Words and what they mean, one of them chosen. */
function Choices(props: {
  rows: readonly (readonly [string, string])[]
  cursor: number
  height: number
  columns: number
}) {
  const { rows, cursor, height, columns } = props
  const { start, end } = windowOf(cursor, rows.length, height)
  const left = Math.min(24, columns - 4)
  return rows.slice(start, end).map(([words, summary], i) => {
    const chosen = start + i === cursor
    return (
      <Row key={words}>
        <Text
          {...(chosen ? { bold: true, ...colour('accent') } : {})}
        >{` ${chosen ? '›' : ' '} ${padded(words, left)}`}</Text>
        <Text dimColor={!chosen}>{cut(summary, columns - left - 4)}</Text>
      </Row>
    )
  })
}

function Palette({ app, pane, columns, height }: BodyProps<PalettePane>) {
  const entries = found(app, pane)
  return (
    <>
      <Row>
        <Text bold {...colour('accent')}>
          {' :'}
        </Text>
        <Input line={pane.line} width={columns - 4} focused />
      </Row>
      {height > 2 && <Row />}
      {entries.length === 0 && (
        <Row>
          <Text dimColor>{'   Nothing is called that; erase some of it.'}</Text>
        </Row>
      )}
      <Choices
        rows={entries.map(({ words, summary }) => [words, summary])}
        cursor={pane.cursor}
        height={height - 2}
        columns={columns}
      />
    </>
  )
}

function Menu({ pane, columns, height }: BodyProps<MenuPane>) {
  const rows = pane.actions.map(({ operation }) => [`${operation.noun} ${operation.verb}`, operation.summary] as const)
  return <Choices rows={rows} cursor={pane.cursor} height={height} columns={columns} />
}

function Confirm({ pane, columns }: BodyProps<ConfirmPane>) {
  return (
    <>
      <Row>
        <Text bold>{` ${safe(pane.action.operation.summary)}`}</Text>
      </Row>
      {pane.price && (
        <>
          <Row />
          <Price price={pane.price} columns={columns} />
        </>
      )}
      {wrapped(safe(pane.message), columns - 2).map((line) => (
        <Row key={line}>
          <Text {...colour('busy')}>{` ${line}`}</Text>
        </Row>
      ))}
      <Row />
      {pane.expected === '' ? (
        <Row>
          <Text dimColor>{' Enter goes on, Esc goes back.'}</Text>
        </Row>
      ) : (
        <>
          <Row>
            <Text dimColor>{` Type ${cut(safe(pane.expected), columns - 20)} to confirm:`}</Text>
          </Row>
          <Row>
            <Text bold {...colour('accent')}>
              {' › '}
            </Text>
            <Input line={pane.line} width={columns - 4} focused />
          </Row>
        </>
      )}
      {pane.problem && <ProblemLine problem={pane.problem} columns={columns} />}
    </>
  )
}

function Help({ app, pane, columns, height }: BodyProps<TextPane>) {
  const lines = helpLines(app)
  const start = Math.min(pane.scroll, Math.max(0, lines.length - height))
  return lines.slice(start, start + height).map(([key, label]) => (
    <Row key={`${key} ${label}`}>
      {label === '' ? (
        <Text bold>{` ${key}`}</Text>
      ) : (
        <>
          <Text {...colour('accent')}>{`   ${padded(key, 14)}`}</Text>
          <Text>{cut(safe(label), columns - 18)}</Text>
        </>
      )}
    </Row>
  ))
}

function Log({ app, pane, columns, height }: BodyProps<TextPane>) {
  const lines = logLines(app)
  if (lines.length === 0)
    return wrapped(
      'Nothing was run yet. What you do is listed here, as commands for a shell and for NowServ.',
      columns - 2,
    ).map((line) => (
      <Row key={line}>
        <Text dimColor>{` ${line}`}</Text>
      </Row>
    ))
  const start = Math.min(pane.scroll, Math.max(0, lines.length - height))
  return lines.slice(start, start + height).map(({ key, time, text, kind }) => (
    <Row key={key}>
      <Text dimColor>{` ${padded(time, 8)}  `}</Text>
      <Text dimColor={kind === 'irc'} {...colour(kind === 'error' ? 'bad' : null)}>
        {cut(safe(text), columns - 12)}
      </Text>
    </Row>
  ))
}
