import { setTimeout as delay } from 'node:timers/promises'
import { OperationError } from '@irc-now/core/operation/errors'
import { Box, Text, useAnimation, useApp, useInput, usePaste, useWindowSize } from 'ink'
import { useEffect, useSyncExternalStore } from 'react'
import stringWidth from 'string-width'
import { safe } from '../../print/text.ts'
import { editBytes, editorOf } from '../../session/editor.ts'
import { type App, topOf } from '../app.ts'
import { bodyHeight, codeHeight, isLow } from '../body-height.ts'
import { cut } from '../cut.ts'
import { always, commandOf, hintsOf } from '../hints.ts'
import { type Hint, keysOf } from '../keys.ts'
import { press } from '../press.ts'
import { backToScreen, setWrapping } from '../terminal.ts'
import { colour } from '../theme.ts'
import { Body } from './body.tsx'
import { Row } from './row.tsx'

/** The whole screen: exactly as high as the terminal, or lower. */
export function Frame({ app }: { app: App }) {
  useSyncExternalStore(app.subscribe, () => app.version)
  const size = useWindowSize()
  app.size = size
  useInput((input, key) => {
    for (const one of keysOf(input, key)) press(app, one)
  })
  app.suspend = useSuspend(app)
  app.edit = useEditor(app)
  useEffect(() => app.pictures?.follow())
  usePaste((text) => press(app, { name: 'paste', text }))
  const low = isLow(size)
  const top = topOf(app)
  if (top.kind === 'code')
    return (
      <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
        <Header app={app} columns={size.columns} />
        <Box flexDirection="column" height={codeHeight(size)} overflow="hidden" flexShrink={0}>
          <Body app={app} pane={top} columns={size.columns} height={codeHeight(size)} />
        </Box>
        <Hints app={app} columns={size.columns} />
      </Box>
    )
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
      <Header app={app} columns={size.columns} />
      {size.rows > 4 && <Tabs app={app} columns={size.columns} />}
      {!low && <Row />}
      <Box flexDirection="column" height={bodyHeight(size)} overflow="hidden" flexShrink={0}>
        <Body app={app} pane={top} columns={size.columns} height={bodyHeight(size)} />
      </Box>
      <NoticeLine app={app} />
      {!low && <Commands app={app} columns={size.columns} />}
      <Hints app={app} columns={size.columns} />
    </Box>
  )
}

/** As Ctrl-Z does elsewhere: the whole job stops. Time stands still meanwhile, so the pause ends once it goes on. */
function useSuspend(app: App): () => void {
  const { suspendTerminal } = useApp()
  return () => {
    app.pictures?.pause()
    void suspendTerminal(async () => {
      setWrapping('on')
      process.kill(0, 'SIGTSTP')
      await delay(100)
      backToScreen()
    }).finally(() => app.pictures?.resume())
  }
}

/** The person’s editor in place of the screen, which comes back when it is left. */
function useEditor(app: App): App['edit'] {
  const { suspendTerminal } = useApp()
  return async (before) => {
    const editor = editorOf(process.env)
    if (editor === undefined)
      throw new OperationError('invalid_input', 'No editor is set; set EDITOR, or type a file’s name.')
    let bytes: Uint8Array = new Uint8Array()
    let failure: unknown = null
    app.pictures?.pause()
    await suspendTerminal(async () => {
      setWrapping('on')
      try {
        bytes = await editBytes(editor, 1, Buffer.from(before))
      } catch (error) {
        failure = error
      }
      backToScreen()
    }).finally(() => app.pictures?.resume())
    if (failure !== null) throw failure
    return bytes
  }
}

function Header({ app, columns }: { app: App; columns: number }) {
  const { account, as, live, panes } = app
  const role = as === null ? (account?.role === 'ops' ? ' (ops)' : '') : ' (you act for them)'
  const who = account ? `${safe(account.name)}${role}  ` : ''
  const state = live ? '● live' : '○ not live'
  const room = columns - stringWidth(who + state) - 3
  const path = ` › ${panes.map(({ title }) => safe(title)).join(' › ')}`
  const start = cut(path, room - 8)
  return (
    <Row>
      <Text bold {...colour('accent')}>
        {' irc.now'}
      </Text>
      <Text>{start}</Text>
      <Text>{' '.repeat(Math.max(1, room - 8 - stringWidth(start) + 2))}</Text>
      <Text dimColor>{who}</Text>
      <Text {...colour(live ? 'good' : 'busy')}>{state}</Text>
    </Row>
  )
}

/** The tabs that there is room for, from the first on, moved on as far as it takes to see the open one and its next. */
function tabsSeen(titles: readonly string[], open: number, columns: number): { start: number; end: number } {
  const last = Math.min(open + 1, titles.length - 1)
  // Each has a number and two spaces before it; a mark where there are more takes as much.
  const width = (start: number, end: number) =>
    titles.slice(start, end).reduce((sum, title) => sum + title.length + 4, 3 + (start > 0 ? 3 : 0))
  let start = 0
  while (start < open && width(start, last + 1) > columns) start += 1
  let end = open + 1
  while (end < titles.length && width(start, end + 1) <= columns) end += 1
  return { start, end }
}

function Tabs({ app, columns }: { app: App; columns: number }) {
  const titles = app.homes.map(({ title }) => title)
  const { start, end } = tabsSeen(titles, app.tab, columns)
  return (
    <Row>
      {start > 0 && <Text dimColor> ‹</Text>}
      {titles.slice(start, end).map((title, i) => (
        <Text key={title}>
          {start + i === 0 ? ' ' : '  '}
          <Text
            {...(start + i === app.tab ? { bold: true, underline: true, ...colour('accent') } : { dimColor: true })}
          >
            {cut(`${(start + i + 1) % 10} ${title}`, columns - 4)}
          </Text>
        </Text>
      ))}
      {end < titles.length && <Text dimColor>{'  ›'}</Text>}
    </Row>
  )
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

function NoticeLine({ app: { notice } }: { app: App }) {
  if (!notice) return <Row />
  if (notice.kind === 'progress') return <Progress text={safe(notice.text)} />
  return (
    <Row>
      <Text {...colour(notice.kind === 'ok' ? 'good' : 'bad')}>
        {` ${notice.kind === 'ok' ? '✓' : '✗'} ${safe(notice.text)}`}
      </Text>
    </Row>
  )
}

function Progress({ text }: { text: string }) {
  const { frame } = useAnimation({ interval: 120 })
  return (
    <Row>
      <Text {...colour('busy')}>{` ${spinner[frame % spinner.length]} ${text}`}</Text>
    </Row>
  )
}

/** What does the same elsewhere; secrets never stand here. */
function Commands({ app, columns }: { app: App; columns: number }) {
  const command = commandOf(app)
  if (!command)
    return (
      <>
        <Row />
        <Row />
      </>
    )
  return (
    <>
      <Row>
        <Text dimColor>{` shell  ${cut(safe(command.shell), columns - 9)}`}</Text>
      </Row>
      <Row>
        <Text dimColor>{` IRC    ${cut(safe(command.irc), columns - 9)}`}</Text>
      </Row>
    </>
  )
}

function Hints({ app, columns }: { app: App; columns: number }) {
  return (
    <Row>
      {fittingHints(app, columns).map(([key, label]) => (
        <Text key={`${key} ${label}`}>
          <Text bold {...colour('accent')}>{` ${key}`}</Text>
          <Text dimColor>{` ${label} `}</Text>
        </Text>
      ))}
    </Row>
  )
}

/** Help and the way out are always named; of what the pane itself has, as much as there is room for. */
function fittingHints(app: App, columns: number): Hint[] {
  const top = topOf(app)
  const typing = top.kind === 'form' || top.kind === 'confirm' || top.kind === 'palette'
  const common = typing ? [] : always(top)
  const own = hintsOf(app)
  const width = (hints: readonly Hint[]) =>
    hints.reduce((sum, [key, label]) => sum + stringWidth(key) + stringWidth(label) + 3, 0)
  while (own.length > 0 && width([...own, ...common]) > columns) own.pop()
  return [...own, ...common]
}
