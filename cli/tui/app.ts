import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError, problemOf } from '@irc-now/core/operation/errors'
import { actingFor, type Client } from '../session/client.ts'
import { type Action, keyOf } from './actions.ts'
import { readsOf } from './billing/board.ts'
import { colourSource } from './colour-source.ts'
import { commandText } from './command-text.ts'
import { type Home, homesOf } from './homes.ts'
import type { DetailPane, Item, ListPane, LogEntry, Notice, Pane } from './pane.ts'
import type { Pictures } from './picture/drawing.ts'
import { problemText } from './problem-text.ts'
import { rowsOf } from './rows.ts'
import { copyText } from './terminal.ts'

/** All that the screen shows. Keys and answers change it, and `changed` says so; the views only draw it. */
export interface App {
  readonly client: Client
  /** The member for whom an operator acts, else null. */
  readonly as: string | null
  /** Those that the caller may run. */
  operations: readonly OperationDescription[]
  account: { readonly name: string; readonly role: string } | null
  homes: readonly Home[]
  tab: number
  /** From the home screen to what is seen now; never empty. */
  panes: Pane[]
  live: boolean
  notice: Notice | null
  log: LogEntry[]
  size: { columns: number; rows: number }
  /** Counts the changes. */
  version: number
  changed(): void
  subscribe(listener: () => void): () => void
  quit(code: number): void
  /** Gives the terminal back to the shell until it lets this go on. */
  suspend(): void
  /** Gives the screen to the person’s editor; answers with what it leaves of the text. Throws OperationError. */
  edit(before: string): Promise<Uint8Array>
  /** Puts a text into the clipboard, where the terminal lets it. */
  copy(text: string): void
  /** Null where there is no screen to draw on. */
  pictures: Pictures | null
}

export function createApp(
  client: Client,
  { as, size, quit }: { as: string | null; size: App['size']; quit(code: number): void },
): App {
  const listeners = new Set<() => void>()
  const operations = client.operations.filter(({ access }) => access !== 'ops')
  const homes = homesOf(operations)
  const app: App = {
    client: as === null ? client : actingFor(client, as),
    as,
    operations,
    account: null,
    homes,
    tab: 0,
    panes: [homes[0]!.pane],
    live: false,
    notice: null,
    log: [],
    size,
    version: 0,
    changed() {
      app.version += 1
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    quit,
    suspend() {},
    edit: async () => new Uint8Array(),
    copy: copyText,
    pictures: null,
  }
  return app
}

/** Learns who this is: what operators see is there for operators only. */
export async function openAccount(app: App): Promise<void> {
  try {
    const { name, role } = (await app.client.call('account.show')) as { name: string; role: string }
    if (app.account?.role !== role) {
      app.operations = app.client.operations.filter(({ access }) => access !== 'ops' || role === 'ops')
      const known = app.homes
      app.homes = homesOf(app.operations).map((home) => known.find(({ title }) => title === home.title) ?? home)
    }
    app.account = { name, role }
  } catch (error) {
    say(app, 'error', error)
  }
  app.changed()
}

export const topOf = (app: App): Pane => app.panes.at(-1)!

export function push(app: App, pane: Pane): void {
  app.panes.push(pane)
  forget(app)
  app.changed()
}

/** Takes a pane away with all that lies on it; the home screen stays. What was covered is read again. */
export function close(app: App, pane: Pane): void {
  const place = app.panes.indexOf(pane)
  if (place <= 0) return
  app.panes.splice(place)
  forget(app)
  app.changed()
  void refresh(app)
}

export function goHome(app: App, tab: number): void {
  const home = app.homes[tab]
  if (!home) return
  app.tab = tab
  app.panes = [home.pane]
  forget(app)
  app.changed()
  void refresh(app)
}

/** How long a success is told. */
const noticeMs = 8000

export function say(app: App, kind: Notice['kind'], what: unknown): void {
  const problem = kind === 'error' ? problemOf(what) : null
  const notice: Notice = { kind, text: problem ? problemText(problem) : String(what) }
  app.notice = notice
  app.changed()
  if (kind !== 'ok') return
  setTimeout(() => {
    if (app.notice !== notice) return
    app.notice = null
    app.changed()
  }, noticeMs).unref()
}

/** What was said of the last action, once there is another or another screen; not what is still under way. */
export function forget(app: App): void {
  if (app.notice?.kind !== 'progress') app.notice = null
}

export function record(
  app: App,
  { operation, input }: Action,
  outcome: string,
  how: { readonly confirm?: string; readonly dryRun?: boolean },
): void {
  app.log.push({ at: new Date(), text: commandText(operation, input, { ...how, as: app.as }), outcome })
  if (app.log.length > 500) app.log.shift()
}

/** Reads again what is seen, and what lies below it as soon as it is seen again. */
export async function refresh(app: App): Promise<void> {
  const top = topOf(app)
  const seen = top.kind === 'list' || top.kind === 'detail' ? top : app.panes.findLast(isReading)
  if (seen) await load(app, seen)
}

const isReading = (pane: Pane): pane is ListPane | DetailPane => pane.kind === 'list' || pane.kind === 'detail'

/** Reads a pane’s content; asked again meanwhile, it reads once more. The pane says what the platform refused. */
export async function load(app: App, pane: ListPane | DetailPane): Promise<void> {
  if (pane.kind === 'detail' && pane.related) void load(app, pane.related)
  if (pane.kind === 'detail' && pane.board) for (const read of readsOf(pane.board)) void load(app, read)
  if (!pane.operation) return
  pane.stale = true
  if (pane.loading) return
  pane.loading = true
  try {
    while (pane.stale) {
      pane.stale = false
      take(app, pane, await app.client.call(pane.operation.name, pane.input))
    }
  } catch (error) {
    if (!(error instanceof OperationError)) throw error
    pane.problem = problemOf(error)
    pane.stale = false
  }
  pane.loading = false
  app.changed()
}

export function take(app: App, pane: ListPane | DetailPane, answer: unknown): void {
  pane.problem = null
  if (pane.kind === 'detail') {
    pane.value = answer as Item
    colourSource(pane, app.changed)
    return
  }
  const before = rowsOf(pane)[pane.cursor]
  const wanted = pane.wanted ?? (before ? keyOf(app.operations, pane.noun, before) : null)
  pane.items = (answer as { items?: readonly Item[] }).items ?? []
  const rows = rowsOf(pane)
  const place = wanted ? rows.findIndex((item) => hasKey(item, wanted)) : -1
  if (place >= 0) {
    pane.cursor = place
    pane.wanted = null
  }
  pane.cursor = Math.max(0, Math.min(pane.cursor, rows.length - 1))
}

export const hasKey = (item: Item, key: Item) => Object.entries(key).every(([name, value]) => item[name] === value)
