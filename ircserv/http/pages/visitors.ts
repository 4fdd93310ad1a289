import { randomBytes } from 'node:crypto'
import { type ServedIdentity, signedInPath } from '@irc-now/core/accounts/identity.port'
import { createPageSessions, pageSessionSeconds, type Visitor } from '@irc-now/core/accounts/page-session'
import { hashSecret, sameText } from '@irc-now/core/accounts/secrets'
import { OperationError } from '@irc-now/core/operation/errors'
import type { Runtime } from '@irc-now/core/operation/runtime'
import type { Keyring } from '@irc-now/core/platform/runtime'
import { type Context as Exchange, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { Logger } from 'pino'
import type { ApiBindings } from '../api.ts'
import { createRateLimit } from '../rate-limit.ts'
import { problemPage } from './layout.ts'

type Env = { Bindings: ApiBindings }

/** A sign-in that has begun, as the browser keeps it, sealed. */
interface Begun {
  readonly state: string
  readonly verifier: string
  readonly to: string
}

/** Where a sign-in may wait: as long as the provider's own page does, in seconds. */
const beginSeconds = 3600
/** So many begun sign-ins, a tab each, may wait in one browser: what it sends with all of them fits a request’s head. */
const mostBegun = 20

/** Who looks at a page of ours in a browser: by a session of its own, which begins with the provider (code and PKCE). */
export function createVisitors(deps: {
  runtime: Runtime
  identity: ServedIdentity
  keyring: Keyring
  httpUrl: string
  log: Logger
}) {
  const { identity, keyring } = deps
  const sessions = createPageSessions(deps.runtime, keyring, identity)
  const { origin, host, protocol } = new URL(deps.httpUrl)
  const secure = protocol === 'https:'
  // Under https the name itself says that no other host and no plain connection has set it.
  const name = secure ? '__Host-irc-now' : 'irc-now'
  const beginName = 'irc-now-sign-in-'
  let begunCount = 0
  const kept = { httpOnly: true, sameSite: 'Lax', secure } as const
  const limit = createRateLimit({ burst: 60, perSecond: 1, now: () => Date.now() })

  const secretOf = (c: Exchange) => getCookie(c, name) ?? ''
  /** What a form of ours brings along, which no other site knows. */
  const tokenOf = (c: Exchange) => hashSecret(`form ${secretOf(c)}`)

  const routes = new Hono<Env>()
  routes.onError((error, c) => problemPage(c, error, deps.log))
  routes.get(signedInPath, async (c) => {
    limit.take(c.env.address)
    const { state = '', code = '' } = c.req.query()
    const found = begunAs(c, state)
    // Whoever else’s link led here ends no sign-in.
    if (found) deleteCookie(c, found.name, { path: signedInPath })
    const signIn = found && (await identity.redeem(code, found.begun.verifier))
    if (!signIn) {
      throw new OperationError('not_signed_in', 'This sign-in has ended or began elsewhere; go back and begin again.')
    }
    setCookie(c, name, await sessions.begin(signIn), { ...kept, path: '/', maxAge: pageSessionSeconds })
    return c.redirect(found.begun.to, 303)
  })

  function begunAs(c: Exchange, state: string): { name: string; begun: Begun } | null {
    for (const [name, sealed] of Object.entries(getCookie(c))) {
      const begun = name.startsWith(beginName) ? begunOf(sealed) : null
      if (begun && sameText(state, begun.state)) return { name, begun }
    }
    return null
  }

  function begunOf(sealed: string): Begun | null {
    try {
      return JSON.parse(keyring.open(sealed)) as Begun
    } catch {
      return null
    }
  }

  return {
    routes,
    tokenOf,
    /** Who it is; null is nobody. */
    visitor: (c: Exchange): Promise<Visitor | null> => {
      const secret = secretOf(c)
      return secret === '' ? Promise.resolve(null) : sessions.visitor(secret)
    },
    /** Sends the browser to sign in, and back to this page. */
    begin(c: Exchange) {
      // A cookie set here must be there where the provider sends it back to.
      if (c.req.header('host')?.toLowerCase() !== host) return c.redirect(origin + c.req.path, 303)
      const begun = { state: random(), verifier: random(), to: c.req.path } satisfies Begun
      const sealed = keyring.seal(JSON.stringify(begun))
      begunCount += 1
      setCookie(c, `${beginName}${begunCount % mostBegun}`, sealed, {
        ...kept,
        path: signedInPath,
        maxAge: beginSeconds,
      })
      return c.redirect(identity.signInUrl(begun.state, begun.verifier), 303)
    },
    /** Throws where what a form brings along is not from a page of this sign-in. */
    assertToken(c: Exchange, token: unknown): void {
      if (typeof token === 'string' && sameText(token, tokenOf(c))) return
      throw new OperationError('not_allowed', 'This page is from another sign-in; reload it and try again.')
    },
    /** Signs the browser out of our pages, and leads on to where it signs out of the provider. */
    async end(c: Exchange) {
      await sessions.end(secretOf(c))
      deleteCookie(c, name, { path: '/', secure })
      return c.redirect(`${identity.issuer}/session/end`, 303)
    },
  }
}

export type Visitors = ReturnType<typeof createVisitors>

const random = () => randomBytes(32).toString('base64url')
