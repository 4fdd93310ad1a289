import { type ServedIdentity, signInPath } from '@irc-now/core/accounts/identity.port'
import { createPassword } from '@irc-now/core/accounts/passwords/create'
import { registerAccount } from '@irc-now/core/accounts/register'
import { countSignUp, signIn } from '@irc-now/core/accounts/sign-in'
import { errorCodes, OperationError, problemOf } from '@irc-now/core/operation/errors'
import { run } from '@irc-now/core/operation/run'
import type { Runtime } from '@irc-now/core/operation/runtime'
import { type Context as Exchange, Hono } from 'hono'
import { html } from 'hono/html'
import type { Logger } from 'pino'
import type { ApiBindings } from '../api.ts'
import { createRateLimit } from '../rate-limit.ts'
import { field, formLimit, type Html, page, pageHeaders, problemLine, problemPage, wholeForm } from './layout.ts'
import { assertOwnSite } from './own-site.ts'
import { signedInPage } from './signed-in.ts'

type Env = { Bindings: ApiBindings }
type Form = Readonly<Record<string, string>>

const nobody = { accountId: null, via: 'page', scopes: ['*'] } as const

/** Signing up and in: for IRC (`/register`, `/login`) and as a step of the OIDC provider (`/sign-in/UID`). */
export function createSignInPages(deps: { runtime: Runtime; identity: ServedIdentity; log: Logger }): Hono<Env> {
  const { runtime, identity, log } = deps
  const app = new Hono<Env>()
  const limit = createRateLimit({ burst: 60, perSecond: 1, now: () => Date.now() })
  app.onError((error, c) => problemPage(c, error, log))

  async function register(form: Form, address: string): Promise<string> {
    const input = { name: form.name ?? '', email: form.email || null, password: form.password ?? '' }
    // What can't be done costs no try.
    await run(runtime, registerAccount, input, nobody, { dryRun: true })
    await countSignUp(runtime, address)
    const { name } = (await run(runtime, registerAccount, input, nobody)) as { name: string }
    return accountId(name)
  }
  const accountId = async (name: string) => (await runtime.transaction((store) => store.accounts.byName(name)))!.id
  const enter = async (form: Form, address: string) =>
    (await signIn(runtime, { name: form.name ?? '', password: form.password ?? '', address })).id

  /** A form that is shown again, with what was wrong, until what it asks for has been done. */
  const step = (
    path: string,
    show: (c: Exchange<Env>, typed: Form) => Promise<{ title: string; content: Html }>,
    act: (c: Exchange<Env>, form: Form) => Promise<Response>,
  ) => {
    app.get(path, async (c) => {
      const { title, content } = await show(c, { name: c.req.query('nick') ?? '' })
      return c.html(page(title, content), 200, pageHeaders)
    })
    app.post(path, formLimit, async (c: Exchange<Env>) => {
      limit.take(c.env.address)
      // Else another site’s page could have its readers sign up here, or sign in as somebody else.
      assertOwnSite(c, runtime.platform.httpUrl)
      const parsed = Object.entries(await wholeForm(c.req.parseBody())).filter(([, value]) => typeof value === 'string')
      const form = Object.fromEntries(parsed) as Form
      try {
        return await act(c, form)
      } catch (error) {
        if (!(error instanceof OperationError)) throw error
        const { code, message } = problemOf(error)
        const { title, content } = await show(c, form)
        return c.html(page(title, html`${problemLine(message)}${content}`), errorCodes[code].status, pageHeaders)
      }
    })
  }

  const welcome = async (c: Exchange<Env>, id: string) => {
    const { row, passwords } = await runtime.read(async (store) => ({
      row: (await store.accounts.byId(id))!,
      passwords: await store.passwords.list(id),
    }))
    const names = new Set(passwords.map(({ name }) => name))
    const name = Array.from({ length: names.size + 1 }, (_, i) => (i === 0 ? 'irc' : `irc ${i + 1}`)).find(
      (one) => !names.has(one),
    )
    const caller = { accountId: id, via: 'page', scopes: ['*'] } as const
    const made = (await run(runtime, createPassword, { name }, caller)) as { password: string }
    return c.html(signedInPage(row.name, made.password, runtime.platform), 200, pageHeaders)
  }

  step(
    '/register',
    async (_c, typed) => ({
      title: 'Create your account',
      content: html`<form method="post">${registerFields(typed)}<button>Create</button></form><p class="quiet">You have one? <a href="/login">Sign in</a>.</p>`,
    }),
    async (c, form) => welcome(c, await register(form, c.env.address)),
  )
  step(
    '/login',
    async (_c, typed) => ({
      title: 'Sign in on IRC',
      content: html`<p>You get an app password for your IRC client.</p><form method="post">${signInFields(typed)}<button>Sign in</button></form><p class="quiet">No account yet? <a href="/register">Create one</a>.</p>`,
    }),
    async (c, form) => welcome(c, await enter(form, c.env.address)),
  )

  const waiting = async (c: Exchange<Env>) => {
    const id = await identity.waiting(c.env.incoming, c.env.outgoing)
    if (id === null || id !== c.req.param('id')) {
      throw new OperationError('not_found', 'This sign-in has ended; go back to where you came from and begin again.')
    }
    return signInPath(id)
  }
  const goOn = async (c: Exchange<Env>, account: string) =>
    c.redirect(await identity.signedIn(c.env.incoming, c.env.outgoing, account), 303)
  step(
    signInPath(':id'),
    async (c, typed) => {
      const path = await waiting(c)
      return {
        title: 'Sign in',
        content: html`<form method="post">${signInFields(typed)}<button>Sign in</button></form><p class="quiet">No account yet? <a href="${path}/register">Create one</a>.</p>`,
      }
    },
    async (c, form) => {
      await waiting(c)
      return goOn(c, await enter(form, c.env.address))
    },
  )
  step(
    `${signInPath(':id')}/register`,
    async (c, typed) => {
      const path = await waiting(c)
      return {
        title: 'Create your account',
        content: html`<form method="post">${registerFields(typed)}<button>Create</button></form><p class="quiet">You have one? <a href="${path}">Sign in</a>.</p>`,
      }
    },
    async (c, form) => {
      await waiting(c)
      return goOn(c, await register(form, c.env.address))
    },
  )
  return app
}

const signInFields = (typed: Form) =>
  html`${field('name', 'Name', { value: typed.name ?? '', required: true, autocomplete: 'username' })}
  ${field('password', 'Password', { type: 'password', required: true, autocomplete: 'current-password' })}`

const registerFields = (typed: Form) =>
  html`${field('name', 'Name: also your nick on IRC; it can’t be changed later', { value: typed.name ?? '', required: true, autocomplete: 'username' })}
  ${field('email', 'E-mail, if you like', { type: 'email', value: typed.email ?? '', autocomplete: 'email' })}
  ${field('password', 'Password: 8 characters or more', { type: 'password', required: true, autocomplete: 'new-password' })}`
