import { money } from '@irc-now/core/billing/money'
import { onDay } from '@irc-now/core/billing/periods'
import type { SandboxDesk } from '@irc-now/core/billing/sandbox/sandbox-desk'
import { testCards } from '@irc-now/core/billing/sandbox/state'
import { errorCodes, OperationError, problemOf } from '@irc-now/core/operation/errors'
import { type Context as Exchange, Hono } from 'hono'
import { html } from 'hono/html'
import type { Logger } from 'pino'
import type { ApiBindings } from '../api.ts'
import { createRateLimit } from '../rate-limit.ts'
import { field, formLimit, type Html, page, pageHeaders, problemLine, problemPage, wholeForm } from './layout.ts'
import { providerId } from './provider-id.ts'

type Env = { Bindings: ApiBindings }
interface Shown {
  readonly title: string
  readonly content: Html
}

/** The payment sandbox's two pages: no money is moved, and only test cards are taken. */
export function createSandboxPages({ sandbox, log }: { sandbox: SandboxDesk; log: Logger }): Hono<Env> {
  const app = new Hono<Env>()
  const limit = createRateLimit({ burst: 60, perSecond: 1, now: () => Date.now() })
  app.onError((error, c) => problemPage(c, error, log))

  /** A form that is shown again, with what was wrong, until what it asks for has been done. */
  const step = (
    path: string,
    show: (id: string) => Promise<Shown>,
    act: (c: Exchange<Env>, id: string, form: Record<string, unknown>) => Promise<Response>,
  ) => {
    app.get(path, async (c) => {
      limit.take(c.env.address)
      const { title, content } = await show(idOf(c))
      return c.html(page(title, content), 200, pageHeaders)
    })
    app.post(path, formLimit, async (c) => {
      limit.take(c.env.address)
      const id = idOf(c)
      try {
        return await act(c, id, await wholeForm(c.req.parseBody()))
      } catch (error) {
        if (!(error instanceof OperationError) || error.code === 'not_found') throw error
        const { code, message } = problemOf(error)
        const { title, content } = await show(id)
        return c.html(page(title, html`${problemLine(message)}${content}`), errorCodes[code].status, pageHeaders)
      }
    })
  }

  step(
    '/sandbox/checkout/:id',
    async (id) => {
      const { checkout, dueNow, next, nextAt, lines } = await sandbox.showCheckout(id)
      if (checkout.status !== 'open')
        throw new OperationError('not_found', 'This checkout has ended; ask for a new one: “billing upgrade”.')
      return {
        title: `Pay ${money(dueNow)}`,
        content: html`<dl>${lines.map(({ text, cents }) => html`<dt>${text}</dt><dd>${money(cents)}</dd>`)}</dl>
        <p>After that ${money(next)}, next on ${onDay(nextAt)}.</p>${cardForm('Pay')}`,
      }
    },
    async (c, id, form) => {
      const card = String(form.card ?? '')
      const gone = await sandbox.pay(id, card, form.authenticated === 'yes')
      if (gone !== 'authenticate') return c.redirect(gone, 303)
      const asks = html`<p>This test card’s bank wants you to say that it is you.</p><form method="post">
        <input type="hidden" name="card" value="${card}"><input type="hidden" name="authenticated" value="yes">
        <button>It is me</button></form><p class="quiet"><a href="">No, back</a></p>`
      return c.html(page('Your bank asks', asks), 200, pageHeaders)
    },
  )
  step(
    '/sandbox/portal/:id',
    async (id) => {
      const { customer, returnUrl } = await sandbox.showPortal(id)
      return {
        title: 'Your card and bills',
        content: html`<dl><dt>Card</dt><dd>${customer.card ?? 'none'}</dd>
        ${customer.invoices.toReversed().map((one) => html`<dt>${one.createdAt.slice(0, 10)}</dt><dd>${money(one.cents)}, ${one.status}</dd>`)}</dl>
        <p>A new card pays what is open.</p>${cardForm('Use this card')}<p><a href="${returnUrl}">Back</a></p>`,
      }
    },
    async (c, id, form) => {
      const { returnUrl } = await sandbox.showPortal(id)
      await sandbox.putCard(id, String(form.card ?? ''))
      return c.redirect(returnUrl, 303)
    },
  )
  return app
}

const cardForm = (
  button: string,
): Html => html`<form method="post">${field('card', 'Test card', { value: '4242424242424242', required: true })}
  <button>${button}</button></form><p class="quiet">This is a sandbox: no money is moved. ${Object.entries(testCards).map(([number, { title }]) => html`${number} ${title}. `)}</p>`

const idOf = (c: Pick<Exchange, 'req'>) => providerId(c.req.param('id'))
