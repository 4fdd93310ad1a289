import { randomUUID } from 'node:crypto'
import type { OperationDescription } from '@irc-now/core/operation/describe'
import { OperationError, type Problem, problemOf } from '@irc-now/core/operation/errors'
import { withFieldsNamed } from '@irc-now/core/operation/named-fields'
import { settle } from '../session/settle.ts'
import { type Action, type Input, keyOf } from './actions.ts'
import { type App, close, forget, goHome, hasKey, load, push, record, refresh, say, take, topOf } from './app.ts'
import { pricePane, priceQuestion } from './billing/price.ts'
import { detailPane, homeOf, listPane, staticPane } from './homes.ts'
import { lineOf } from './line-editor.ts'
import { type ConfirmPane, type DetailPane, type FormPane, fieldLabel, type Item } from './pane.ts'
import { holdsSecret } from './panes/secret.ts'

/** How long a change is followed before the screen says that it is still under way, in milliseconds. */
const patience = 60_000

/** Runs an operation for a form, a confirmation, or neither; shows what comes of it, also where it was refused. */
export async function perform(
  app: App,
  action: Action,
  from: FormPane | ConfirmPane | null,
  how: { readonly confirm?: string; readonly dryRun?: boolean } = {},
): Promise<void> {
  const { operation, input } = action
  if (from?.busy) return
  if (from) from.busy = true
  forget(app)
  app.changed()
  const options = operation.effect === 'read' ? {} : { idempotencyKey: randomUUID(), ...how }
  // What costs something is never done before it was said how much. What is lacking the operation itself refuses, in its own words.
  const lacks = operation.fields.some(({ name, required }) => required && input[name] === undefined)
  const price = from?.kind === 'confirm' || how.dryRun || lacks ? null : priceQuestion(app.operations, action)
  try {
    if (price) {
      const answer = (await app.client.call(price.operation.name, price.input)) as Item
      push(app, pricePane(action, from?.kind === 'form' ? from : null, answer))
      record(app, price, 'ok', {})
      return
    }
    const output = await app.client.call(operation.name, input, options)
    record(app, action, 'ok', how)
    if (from && !how.dryRun) close(app, from.kind === 'confirm' && from.form ? from.form : from)
    if (how.dryRun) showTrial(app, action, output as Item)
    else if (operation.effect === 'read') showAnswer(app, action, output)
    else showChange(app, action, output as Item)
  } catch (raw) {
    const error = withFieldsNamed(raw, operation.fields, fieldLabel)
    if (!(error instanceof OperationError)) throw error
    refused(app, action, from, error)
    if (problemOf(error).code !== 'confirmation_required') record(app, action, problemOf(error).code, how)
  } finally {
    if (from) from.busy = false
    app.changed()
  }
}

function refused(app: App, action: Action, from: FormPane | ConfirmPane | null, error: unknown): void {
  const problem = problemOf(error)
  // Asked what it costs it has said so; what is to be typed is asked for there.
  if (problem.code === 'confirmation_required' && from?.kind === 'confirm' && from.price) {
    from.expected = String(problem.details?.expected ?? '')
    from.message = problem.message
  } else if (problem.code === 'confirmation_required') push(app, confirmation(action, from, problem))
  else if (from) putRight(from, problem)
  else say(app, 'error', error)
}

function confirmation(action: Action, from: FormPane | ConfirmPane | null, problem: Problem): ConfirmPane {
  return {
    kind: 'confirm',
    title: action.operation.verb,
    action,
    form: from?.kind === 'form' ? from : null,
    expected: String(problem.details?.expected ?? ''),
    message: problem.message,
    price: null,
    line: lineOf(''),
    problem: null,
    busy: false,
  }
}

/** Shows the fault where it was made. */
function putRight(from: FormPane | ConfirmPane, problem: Problem): void {
  from.problem = problem
  if (from.kind !== 'form') return
  const place = from.operation.fields.findIndex(({ name }) => name === problem.field)
  if (place >= 0 && from.fixed[from.operation.fields[place]!.name] === undefined) from.focus = place
}

/** What a read answered, as a pane that can be read again. */
function showAnswer(app: App, { operation, input }: Action, output: unknown): void {
  const home = homeOf(app.homes, operation, input)
  if (home >= 0) {
    goHome(app, home)
    return
  }
  const pane =
    operation.columns.length > 0
      ? listPane(operation, input)
      : detailPane(app.operations, operation, input, { value: output as Item })
  take(app, pane, output)
  push(app, pane)
  if (pane.kind === 'detail' && pane.related) void load(app, pane.related)
}

/** What a change would come to, above the form or the question that it was tried from. */
function showTrial(app: App, { operation }: Action, output: Item): void {
  push(app, staticPane(operation.noun, output, { title: 'dry run' }))
  say(app, 'ok', `Nothing was changed; this is what “${operation.noun} ${operation.verb}” would come to.`)
}

function showChange(app: App, action: Action, output: Item): void {
  const { operation, input } = action
  const key = keyOf(app.operations, operation.noun, { ...input, ...output })
  // What belongs to a thing (its host name) is not the thing itself.
  const whole = !operation.verb.includes(' ')
  if (whole) leaveDestroyed(app, operation, key)
  const seen = whole && seesNoun(app, operation, key)
  const page = operation.visit === null ? undefined : output[operation.visit]
  if (operation.secrets.length > 0 || typeof page === 'string') {
    push(
      app,
      staticPane(operation.noun, output, {
        title: String(output.name ?? output.id ?? 'secret'),
        marks: operation,
      }),
    )
  } else if (!seen) push(app, paneAfter(app, action, output, key))
  const made = operation.main === null || page !== undefined ? undefined : output[operation.main]
  say(app, 'ok', `${operation.noun} ${operation.verb}: done.${typeof made === 'string' ? ` ${made}` : ''}`)
  void follow(app, action, output)
  void refresh(app)
}

/** Whether what is seen shows the change by itself: the thing, or the list that it is in. */
function seesNoun(app: App, { noun }: OperationDescription, key: Input | null): boolean {
  const top = topOf(app)
  const list = top.kind === 'list' ? top : top.kind === 'detail' ? top.related : null
  if (list?.noun === noun) {
    list.wanted = key
    return true
  }
  return top.kind === 'detail' && top.noun === noun && !holdsSecret(top)
}

function paneAfter(app: App, { operation, input }: Action, output: Item, key: Input | null): DetailPane {
  const named = (wanted: string) => app.operations.find(({ name }) => name === wanted)
  const show = named(operation.name.replace(/[^.]+$/, 'show')) ?? named(`${operation.noun}.show`)
  const title = String(output.name ?? operation.verb)
  // A table of other things is no sight of this one.
  if (!show || show.columns.length > 0 || operation.effect === 'destroy')
    return staticPane(operation.noun, output, { title })
  return detailPane(app.operations, show, { ...pickInput(show, input), ...key }, { value: output })
}

const pickInput = (operation: OperationDescription, input: Input) =>
  Object.fromEntries(Object.entries(input).filter(([name]) => operation.fields.some((field) => field.name === name)))

function leaveDestroyed(app: App, operation: OperationDescription, key: Input | null): void {
  if (operation.effect !== 'destroy' || key === null) return
  const gone = app.panes.find(
    (pane) => pane.kind === 'detail' && pane.noun === operation.noun && pane.key !== null && hasKey(pane.key, key),
  )
  if (gone) close(app, gone)
}

/** Says how a change goes until the world has followed it. */
async function follow(app: App, { operation, input }: Action, output: Item): Promise<void> {
  if (!operation.settle) return
  const name = String(output.name ?? input.name ?? '')
  const what = `${operation.noun} ${name}`.trim()
  say(app, 'progress', `${what}: ${operation.verb} is under way …`)
  try {
    const found = await settle(app.client, operation, input, output, {
      timeoutMs: patience,
      progress: (message) => say(app, 'progress', `${what}: ${message}`),
    })
    const phase = (found as { status?: { phase?: string } } | null)?.status?.phase
    const same = operation.settle.show === `${operation.noun}.show`
    say(app, 'ok', found === null ? `${what} is gone.` : same ? `${what} is ${phase}.` : `${what}: done.`)
  } catch (error) {
    // The change goes on all the same; only following it has ended.
    const broke = new OperationError('unavailable', 'The connection broke while waiting; it goes on by itself.')
    say(app, 'error', error instanceof OperationError ? error : broke)
  }
  await refresh(app)
}
