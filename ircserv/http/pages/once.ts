import { linkSubject, type OneTimeRequest } from '@irc-now/core/accounts/one-time-link'
import { hashSecret } from '@irc-now/core/accounts/secrets'
import { bodyFieldOf } from '@irc-now/core/operation/body'
import type { AnyOperation } from '@irc-now/core/operation/define'
import { describeOperation, type OperationDescription } from '@irc-now/core/operation/describe'
import { errorCodes, OperationError } from '@irc-now/core/operation/errors'
import { labelOf } from '@irc-now/core/operation/label'
import { run } from '@irc-now/core/operation/run'
import type { Runtime } from '@irc-now/core/operation/runtime'
import { inputFromText } from '@irc-now/core/operation/text-input'
import { Hono, type MiddlewareHandler } from 'hono'
import { html } from 'hono/html'
import type { Logger } from 'pino'
import { shown } from '../../irc/reply.ts'
import type { ApiBindings } from '../api.ts'
import { createHeldBodies } from '../held-bodies.ts'
import { createRateLimit } from '../rate-limit.ts'
import { field, type Html, page, pageHeaders, problemLine, problemPage, wholeForm } from './layout.ts'
import { bodyInputs, bodyOf, formLimitFor, onceHeadersFor } from './once-body.ts'

type Env = { Bindings: ApiBindings }

/**
 * One-time links: the page on which an operation with secrets is finished, since no secret crosses IRC. Opening the link
 * does nothing (previews open links too); sending its form runs the operation, once.
 */
export function createOncePage(deps: {
  operations: readonly AnyOperation[]
  runtime: Runtime
  open(sealed: string): string
  log: Logger
}) {
  const { operations, runtime } = deps
  const app = new Hono<Env>()

  const find = async (token: string) => {
    const link = await runtime.transaction((store) => store.links.find(hashSecret(token)))
    const operation = operations.find(({ name }) => name === link?.operation)
    if (!link || !operation || link.used_at || link.expires_at <= runtime.now()) {
      throw new OperationError(
        'not_found',
        'This link was used, has expired, or never was; ask NowServ, or who sent it, for another.',
      )
    }
    const wanted = JSON.parse(deps.open(link.sealed_input)) as OneTimeRequest
    return { link, operation, description: describeOperation(operation), wanted }
  }
  type FormEnv = Env & { Variables: { found: Awaited<ReturnType<typeof find>> } }
  const secretsOf = (description: ReturnType<typeof describeOperation>) =>
    description.fields.filter(({ secret }) => secret)

  const limit = createRateLimit({ burst: 300, perSecond: 20, now: () => Date.now() })
  app.onError((error, c) => problemPage(c, error, deps.log))
  app.use('/once/*', async (c, next) => {
    limit.take(c.env.address)
    await next()
  })

  /** The form of a link, with what went wrong the last time. */
  function formOf(
    { description, wanted }: Awaited<ReturnType<typeof find>>,
    problem?: OperationError,
    text = '',
  ): Html {
    const secrets = secretsOf(description)
    const inputs = secrets.map(({ name, description: label, required }) =>
      field(name, label, {
        type: 'password',
        required: required || secrets.length === 1,
        autocomplete: 'new-password',
      }),
    )
    const body = bodyFieldOf(description)
    const why = wanted.page
      ? html`<p>${wanted.page.why}</p>`
      : body
        ? html`<p>This works once. ${body.body === 'text' ? 'Paste it here, or choose a file.' : 'Choose a file.'}</p>`
        : html`<p>You are here because secrets don’t travel over IRC or by mail. This works once.</p>`
    const given = Object.entries(wanted.input).filter(([, value]) => value != null)
    const about =
      wanted.page || given.length === 0
        ? ''
        : html`<dl>${given.map(([name, value]) => html`<dt>${labelOf(name)}</dt><dd>${shown(value)}</dd>`)}</dl>`
    return page(
      wanted.page?.title ?? description.summary,
      html`${why}${about}${problemLine(problem?.message ?? null, problem?.code)}<form method="post"${body ? html` enctype="multipart/form-data"` : ''}>${inputs}${body ? bodyInputs(body, text) : ''}<button>Go on</button></form>`,
    )
  }

  app.get('/once/:token', async (c) => {
    const found = await find(c.req.param('token'))
    return c.html(formOf(found), 200, onceHeadersFor(found.description))
  })

  // A whole file is in memory while its form is looked at.
  const held = createHeldBodies({ each: 2, all: 12 })
  const limitOf: MiddlewareHandler<FormEnv> = async (c, next) => {
    const found = await find(c.req.param('token') ?? '')
    c.set('found', found)
    const read = () => formLimitFor(found.description)(c, next)
    return bodyFieldOf(found.description) ? held(found.link.account_id ?? c.env.address, read) : read()
  }
  app.post('/once/:token', limitOf, async (c) => {
    const token = c.req.param('token')
    const { link, operation, description, wanted } = c.var.found
    const form = await wholeForm(c.req.parseBody())
    const typed = Object.fromEntries(
      secretsOf(description).flatMap(({ name }) =>
        typeof form[name] === 'string' && form[name] !== '' ? [[name, form[name]]] : [],
      ),
    )
    const inputOf = (given: object) => ({ ...given, ...wanted.input, ...inputFromText(description.fields, typed) })
    const caller = {
      accountId: link.account_id,
      via: 'page',
      scopes: ['*'],
      ...(wanted.as === undefined ? {} : { as: wanted.as }),
    } as const
    // Tried first, so that a mistake in the form does not use the link up; what was typed is still there.
    try {
      const body = await bodyOf(description, form)
      if (secretsOf(description).length > 0 && Object.keys(typed).length === 0) throw nothingTyped()
      if (bodyFieldOf(description) && Object.keys(body).length === 0) throw nothingTyped()
      await run(runtime, operation, inputOf(body), caller, { dryRun: true })
    } catch (error) {
      if (!(error instanceof OperationError)) throw error
      const { status } = errorCodes[error.code]
      const text = form[bodyFieldOf(description)?.name ?? '']
      const again = formOf(c.var.found, error, typeof text === 'string' ? text : '')
      return c.html(again, status, onceHeadersFor(description))
    }
    if (!(await runtime.transaction((store) => store.links.use(hashSecret(token), runtime.now())))) {
      throw new OperationError('not_found', 'This link was used already; ask NowServ for another.')
    }
    const output = (await run(runtime, operation, inputOf(await bodyOf(description, form)), caller)) as Record<
      string,
      unknown
    >
    // It is done, and may have a secret to show: that nobody could be told must not hide it.
    if (description.main !== null)
      await tell(link.account_id, token, String(output[description.main])).catch((error: unknown) =>
        deps.log.warn({ err: error }, 'the asker could not be told what came of a link'),
      )
    const rows = Object.entries(output).map(([name, value]) => html`<dt>${labelOf(name)}</dt><dd>${shown(value)}</dd>`)
    return c.html(
      page('Done', html`<p>${wanted.page?.done ?? saidOf(description)}</p><dl>${rows}</dl>`),
      200,
      pageHeaders,
    )
  })
  return app

  /** Whoever was given the link, such as NowServ for somebody on IRC, learns what came of it. */
  async function tell(accountId: string | null, token: string, message: string): Promise<void> {
    if (accountId === null) return
    const event = { accountId, subject: linkSubject(token), type: 'link.used', message, at: runtime.now() }
    await runtime.transaction(async (store) => store.events.tell(event))
  }
}

function saidOf({ secrets, settle }: OperationDescription): string {
  if (secrets.length > 0) return 'Keep the secret now: it is not shown again.'
  return settle === null ? 'It is done.' : 'It is on its way; NowServ tells you when it is ready.'
}

const nothingTyped = () =>
  new OperationError('invalid_input', 'Nothing was typed; fill in the form. The link still works.')
