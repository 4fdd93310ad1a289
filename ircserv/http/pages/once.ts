import { hashSecret } from '@irc-now/core/accounts/secrets'
import type { AnyOperation } from '@irc-now/core/operation/define'
import { describeOperation } from '@irc-now/core/operation/describe'
import { errorCodes, OperationError, problemOf } from '@irc-now/core/operation/errors'
import { type Runtime, run } from '@irc-now/core/operation/run'
import { inputFromText } from '@irc-now/core/operation/text-input'
import { type Context as Exchange, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { html } from 'hono/html'
import type { Logger } from 'pino'
import { page, pageHeaders } from './layout.ts'

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
  const app = new Hono()

  const find = async (token: string) => {
    const link = await runtime.transaction((store) => store.links.find(hashSecret(token)))
    const operation = operations.find(({ name }) => name === link?.operation)
    if (!link || !operation || link.used_at || link.expires_at <= runtime.now()) {
      throw new OperationError('not_found', 'This link was used, has expired, or never was; ask NowServ for another.')
    }
    return { link, operation, description: describeOperation(operation) }
  }
  const secretsOf = (description: ReturnType<typeof describeOperation>) =>
    description.fields.filter(({ secret }) => secret)

  app.onError((error, c) => {
    if (!(error instanceof OperationError)) deps.log.error({ err: error }, 'page failed')
    const { code, message } = problemOf(error)
    return c.html(
      page(errorCodes[code].title, html`<p class="error">${message}</p>`),
      errorCodes[code].status,
      pageHeaders,
    )
  })

  app.get('/once/:token', async (c) => {
    const { description } = await find(c.req.param('token'))
    const inputs = secretsOf(description).map(
      (field) =>
        html`<label for="${field.name}">${field.description}</label><input id="${field.name}" name="${field.name}" type="password" autocomplete="off" ${field.required ? 'required' : ''}>`,
    )
    return c.html(
      page(
        description.summary,
        html`<p>NowServ sent you here, because secrets don’t travel over IRC. This works once.</p>
        <form method="post">${inputs}<button>Go on</button></form>`,
      ),
      200,
      pageHeaders,
    )
  })

  app.post('/once/:token', bodyLimit({ maxSize: 16_384 }), async (c: Exchange) => {
    const token = c.req.param('token') ?? ''
    const { link, operation, description } = await find(token)
    const form = await c.req.parseBody()
    const typed = Object.fromEntries(
      secretsOf(description).flatMap(({ name }) =>
        typeof form[name] === 'string' && form[name] !== '' ? [[name, form[name]]] : [],
      ),
    )
    const input = {
      ...(JSON.parse(deps.open(link.sealed_input)) as object),
      ...inputFromText(description.fields, typed),
    }
    if (!(await runtime.transaction((store) => store.links.use(hashSecret(token), runtime.now())))) {
      throw new OperationError('not_found', 'This link was used already; ask NowServ for another.')
    }
    const output = (await run(runtime, operation, input, {
      accountId: link.account_id,
      via: 'page',
      scopes: ['*'],
    })) as object
    const rows = Object.entries(output)
      .filter(([, value]) => typeof value === 'string')
      .map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)
    return c.html(
      page(
        'Done',
        html`<p>${description.secrets.length > 0 ? 'Keep the secret now: it is not shown again.' : 'It is on its way; NowServ tells you when it is ready.'}</p><dl>${rows}</dl>`,
      ),
      200,
      pageHeaders,
    )
  })
  return app
}
