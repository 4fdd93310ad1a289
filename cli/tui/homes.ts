import type { OperationDescription } from '@irc-now/core/operation/describe'
import { type Input, keyOf } from './actions.ts'
import { boardOf } from './billing/board.ts'
import { lineOf } from './line-editor.ts'
import { type DetailPane, type Item, type ListPane, type Marks, noMarks } from './pane.ts'

/** The screens behind the number keys. Made by hand, so they name operations; all else comes from the catalogue. */
const homes = [
  {
    title: 'bouncers',
    read: 'bouncer.list',
    empty: 'You have no bouncer yet. Press c: it creates your first bouncer.',
  },
  { title: 'pastes', read: 'paste.list', empty: 'No paste yet. Press c: it publishes a text or a file.' },
  { title: 'pictures', read: 'pic.list', empty: 'No picture yet. Press c: it publishes a file.' },
  {
    title: 'passwords',
    read: 'password.list',
    empty: 'No app password yet. Press c: an IRC client signs in with one.',
  },
  { title: 'tokens', read: 'token.list', empty: 'No token yet. Press c: scripts sign in with one.' },
  { title: 'account', read: 'account.show', empty: null },
  { title: 'billing', read: 'billing.show', empty: null },
  { title: 'audit', read: 'audit.list', empty: 'Nothing was done yet.' },
  { title: 'platform', read: 'platform.status', empty: null },
  { title: 'members', read: 'account.list', empty: null },
] as const

const columns: Readonly<Record<string, readonly string[]>> = {
  'paste.list': ['id', 'title', 'status', 'bytes', 'visibility', 'expiresAt', 'url'],
  'pic.list': ['id', 'name', 'status', 'type', 'bytes', 'expiresAt', 'url'],
  'upstream.list': ['name', 'status', 'status.since', 'nick', 'address', 'bouncer'],
}

/** What is shown below a thing: a list, by the field that names the thing in it where there are several. */
const relations: Readonly<Record<string, { list: string; of: string | null; empty: string }>> = {
  'billing.show': { list: 'billing.invoices', of: null, empty: 'No bill yet.' },
  'bouncer.show': { list: 'upstream.list', of: 'bouncer', empty: 'No network yet. Press c: it connects one.' },
}

export interface Home {
  readonly title: string
  readonly pane: ListPane | DetailPane
}

/** The home screen that shows what an operation with this input answers, or -1. */
export const homeOf = (all: readonly Home[], operation: OperationDescription, input: Input) =>
  Object.keys(input).length > 0 ? -1 : all.findIndex(({ pane }) => pane.operation?.name === operation.name)

/** The home screens whose operations are there: `operations` holds those that the caller may see. */
export function homesOf(operations: readonly OperationDescription[]): Home[] {
  return homes.flatMap(({ title, read, empty }) => {
    const operation = operations.find(({ name }) => name === read)
    if (!operation) return []
    const pane =
      operation.columns.length > 0
        ? listPane(operation, {}, { title, empty })
        : detailPane(operations, operation, {}, { title, key: {} })
    return [{ title, pane }]
  })
}

export function listPane(
  operation: OperationDescription,
  input: Input,
  { title = `${operation.noun} ${operation.verb}`, empty = null }: { title?: string; empty?: string | null } = {},
): ListPane {
  const all = columns[operation.name] ?? operation.columns
  return {
    kind: 'list',
    title,
    operation,
    input,
    noun: operation.noun,
    // What was asked for is the same in every row.
    columns: all.filter((column) => input[column] === undefined),
    empty,
    items: null,
    cursor: 0,
    filter: lineOf(''),
    filtering: false,
    wanted: null,
    problem: null,
    loading: false,
    stale: false,
  }
}

const titleOfThing = (input: Input, fallback: string) => String(input.name ?? Object.values(input)[0] ?? fallback)

export function detailPane(
  operations: readonly OperationDescription[],
  operation: OperationDescription,
  input: Input,
  more: { title?: string; key?: Input; value?: Item } = {},
): DetailPane {
  const key = more.key ?? (operation.verb === 'show' ? keyOf(operations, operation.noun, more.value ?? input) : null)
  const relation = relations[operation.name]
  const list = operations.find(({ name }) => name === relation?.list)
  const of = relation?.of ? { [relation.of]: key?.name } : {}
  const related = relation && list && key ? listPane(list, of, relation) : null
  return {
    ...staticPane(operation.noun, more.value ?? null, {
      title: more.title ?? titleOfThing(key ?? {}, `${operation.noun} ${operation.verb}`),
      key,
      marks: { ...operation, secrets: [] },
    }),
    operation,
    input,
    related,
    board: boardOf(operations, operation, (one) => listPane(one, {})),
  }
}

/** A thing that can’t be read again: a row without a `show`, or what an operation answered. */
export function staticPane(
  noun: string,
  value: Item | null,
  { title, key = null, marks = noMarks }: { title: string; key?: Input | null; marks?: Marks },
): DetailPane {
  return {
    kind: 'detail',
    title,
    operation: null,
    input: {},
    noun,
    key,
    related: null,
    board: null,
    marks,
    value,
    leaving: false,
    coloured: null,
    picture: null,
    scroll: 0,
    problem: null,
    loading: false,
    stale: false,
  }
}
