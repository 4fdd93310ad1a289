import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createLocalJWKSet, jwtVerify } from 'jose'
import Provider, { errors } from 'oidc-provider'
import type { Runtime } from '../operation/runtime.ts'
import type { Keyring } from '../platform/runtime.ts'
import { type IdentityClaims, type ProviderPages, type ServedIdentity, signedInPath } from './identity.port.ts'
import { hasNewPassword } from './oidc-adapter.ts'
import { pagesClient } from './oidc-clients.ts'
import { oidcConfiguration } from './oidc-configuration.ts'
import { algorithm, publicKeys, signingKeys } from './signing-keys.ts'

/** Where the provider is mounted below the platform's URL. */
export const providerPath = '/oidc'

/** The provider in this process reads claims where it signs tokens: beside the accounts. */
export const createEmbeddedClaims = (runtime: Pick<Runtime, 'transaction'>): IdentityClaims => ({
  putClaims: (accountId, { plan, stripeCustomerId, contentExpires }) =>
    runtime.transaction(async (store) => {
      // It may have been deleted since.
      if (!(await store.accounts.byId(accountId))) return
      await store.outbox.setClaims({
        account_id: accountId,
        plan,
        stripe_customer_id: stripeCustomerId,
        content_expires: contentExpires,
      })
    }),
})

/** The OIDC provider in this process; it signs people in to the platform at `resource`, which is its URL. */
export async function createEmbeddedIdentity(options: {
  readonly resource: string
  readonly runtime: Runtime
  readonly keyring: Keyring
  readonly pages: ProviderPages
  log(problem: string, error: unknown): void
}): Promise<ServedIdentity> {
  const { resource, runtime, keyring, pages } = options
  const issuer = resource + providerPath
  const keys = await signingKeys(runtime, keyring)
  const verificationKeys = createLocalJWKSet(publicKeys(keys))
  const provider = new Provider(issuer, oidcConfiguration({ resource, runtime, keyring, pages, keys }))
  provider.proxy = issuer.startsWith('https:')
  provider.on('server_error', (_ctx, error) => options.log('the OIDC provider failed', error))
  provider.use(async (ctx, next) => {
    ctx.set(pages.headers)
    await next().catch(async (error: unknown) => {
      // A form of its own from a browser that has not kept the session in which it was shown: it trips over that.
      const forgotten = ctx.oidc?.session !== undefined && ctx.oidc.session.exp === undefined
      if (!forgotten) options.log('the OIDC provider failed', error)
      ctx.status = forgotten ? 400 : 500
      ctx.type = 'html'
      ctx.body = await pages.problem(
        forgotten
          ? 'This page’s cookie is gone; allow cookies here, go back to where you came from and begin again.'
          : 'Something broke on our side; try again, and tell the operators if it stays.',
      )
    })
  })
  const handle = provider.callback()
  const { host } = new URL(issuer)

  return {
    issuer,
    owns: (path) => path === providerPath || path?.startsWith(`${providerPath}/`) === true,
    handle(request: IncomingMessage & { originalUrl?: string }, response) {
      // Every URL that it makes is the platform's own, whatever host the request claims to be for.
      request.headers.host = host
      delete request.headers['x-forwarded-host']
      if (provider.proxy) request.headers['x-forwarded-proto'] = 'https'
      request.originalUrl = request.url ?? '/'
      request.url = request.originalUrl.slice(providerPath.length) || '/'
      void handle(request, response)
    },
    waiting: (request, response) =>
      provider.interactionDetails(request, response).then(
        ({ uid }) => uid,
        () => null,
      ),
    signedIn: (request, response, accountId) =>
      provider.interactionResult(request, response, {
        login: { accountId, remember: true, ts: Math.floor(runtime.now().getTime() / 1000) },
      }),
    signInUrl(state, verifier) {
      const url = new URL(`${issuer}/auth`)
      url.search = new URLSearchParams({
        client_id: pagesClient,
        response_type: 'code',
        scope: 'openid',
        redirect_uri: resource + signedInPath,
        code_challenge: challengeOf(verifier),
        code_challenge_method: 'S256',
        state,
      }).toString()
      return url.href
    },
    // What its token endpoint checks; the tokens that it would answer with are of no use here.
    async redeem(code, verifier) {
      const found = await provider.AuthorizationCode.find(code)
      if (!found?.isValid || found.clientId !== pagesClient) return null
      if (found.codeChallenge !== challengeOf(verifier)) return null
      const { accountId, sessionUid } = found
      const isFirst = await found.consume().then(
        () => true,
        (error) => (error instanceof errors.InvalidGrant ? false : Promise.reject(error)),
      )
      return isFirst && accountId && sessionUid ? { accountId, session: sessionUid } : null
    },
    lasts: async (session) => (await provider.Session.findByUid(session)) !== undefined,
    async verifyAccessToken(token, at = runtime.now()) {
      try {
        const { payload } = await jwtVerify(token, verificationKeys, {
          issuer,
          audience: resource,
          typ: 'at+jwt',
          algorithms: [algorithm],
          currentDate: at,
        })
        const { sub, iat } = payload
        if (!sub || !iat) return null
        return (await runtime.read((store) => hasNewPassword(store, sub, iat))) ? null : { accountId: sub }
      } catch {
        return null
      }
    },
  }
}

const challengeOf = (verifier: string) => createHash('sha256').update(verifier).digest('base64url')
