import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createLocalJWKSet, jwtVerify } from 'jose'
import Provider, { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Runtime } from '../operation/runtime.ts'
import type { Keyring } from '../platform/runtime.ts'
import {
  type IdentityClaims,
  type ProviderPages,
  type ServedIdentity,
  signedInPath,
  signInPath,
} from './identity.port.ts'
import { createOidcAdapter, hasNewPassword } from './oidc-adapter.ts'
import { clientsOf, pagesClient } from './oidc-clients.ts'
import { algorithm, publicKeys, signingKeys } from './signing-keys.ts'

/** Where the provider is mounted below the platform's URL. */
export const providerPath = '/oidc'

const minute = 60
const day = 24 * 60 * minute

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
  const accountOf = (id: string) => runtime.transaction((store) => store.accounts.byId(id))
  const configuration: Configuration = {
    adapter: createOidcAdapter(runtime, keyring),
    jwks: { keys: keys as never },
    clients: clientsOf(resource),
    scopes: ['openid', 'offline_access'],
    enabledJWA: { idTokenSigningAlgValues: [algorithm] },
    cookies: {
      keys: [createHmac('sha256', keyring.key).update('oidc cookies').digest('base64url')],
      long: { httpOnly: true, sameSite: 'lax', signed: true, path: '/' },
      short: { httpOnly: true, sameSite: 'lax', signed: true },
    },
    ttl: {
      AccessToken: 10 * minute,
      AuthorizationCode: minute,
      DeviceCode: 10 * minute,
      Grant: 366 * day,
      IdToken: 10 * minute,
      Interaction: 60 * minute,
      // Each use makes a new one: a terminal that is used within 90 days stays signed in for up to a year.
      RefreshToken: 90 * day,
      Session: 14 * day,
    },
    interactions: { url: (_ctx, { uid }) => signInPath(uid) },
    async findAccount(_ctx, sub) {
      const row = await accountOf(sub)
      if (!row || row.deleted_at || row.suspended_at) return undefined
      return {
        accountId: sub,
        claims: async () => {
          const told = await runtime.transaction((store) => store.outbox.claims(sub))
          return {
            sub,
            email: row.email,
            preferred_username: row.name,
            plan: told?.plan ?? row.plan,
            stripe_customer_id: told?.stripe_customer_id ?? null,
            content_expires: told?.content_expires ?? true,
          }
        },
      }
    },
    claims: { openid: ['sub', 'email', 'preferred_username', 'plan', 'stripe_customer_id', 'content_expires'] },
    // The clients are our own, so signing in is consent enough.
    async loadExistingGrant(ctx) {
      const { client, session, provider } = ctx.oidc
      if (!client || !session?.accountId) return undefined
      // One for each sign-in, so that a terminal that signs out signs out alone.
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId })
      grant.addOIDCScope('openid offline_access')
      grant.addResourceScope(resource, 'api')
      await grant.save()
      return grant
    },
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => client.clientId === token.clientId },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo(_ctx, indicator) {
          if (indicator !== resource) throw new errors.InvalidTarget()
          return {
            scope: 'api',
            audience: resource,
            accessTokenTTL: 10 * minute,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: algorithm } },
          }
        },
      },
      deviceFlow: {
        enabled: true,
        async userCodeInputSource(ctx, _form, _out, error) {
          ctx.body = await pages.code(codeForm(ctx, ''), error ? codeProblem(error) : null)
        },
        async userCodeConfirmSource(ctx, _form, _client, _device, userCode) {
          const id = ctx.oidc.session?.accountId
          const row = id ? await accountOf(id) : undefined
          ctx.body = await pages.confirmCode(codeForm(ctx, userCode), row?.name ?? null)
        },
        async successSource(ctx) {
          const row = await accountOf(ctx.oidc.session?.accountId ?? '')
          ctx.body = await pages.codeDone(row?.name ?? '')
        },
      },
      rpInitiatedLogout: {
        enabled: true,
        async logoutSource(ctx) {
          const action = ctx.oidc.urlFor('end_session_confirm')
          ctx.body = await pages.signOut({ action, token: String(ctx.oidc.session?.state?.secret ?? '') })
        },
        async postLogoutSuccessSource(ctx) {
          ctx.body = await pages.signedOut()
        },
      },
    },
    async renderError(ctx, out) {
      ctx.type = 'html'
      const why = out.error_description ?? out.error
      ctx.body = await pages.problem(`This can’t go on: ${why}. Go back to where you came from and begin again.`)
    },
  }
  const provider = new Provider(issuer, configuration)
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

const codeForm = (ctx: KoaContextWithOIDC, code: string) => ({
  action: ctx.oidc.urlFor('code_verification'),
  token: String((ctx.oidc.session?.state as { secret?: string } | undefined)?.secret ?? ''),
  code,
})

function codeProblem(error: Error): string {
  if (error.name === 'AbortedError') return 'You said no, so nobody was signed in; you can close this page.'
  if (error.name === 'ExpiredError') return 'This code has expired; run “irc-now login” again for another.'
  if (error.name === 'AlreadyUsedError') return 'This code was used already; run “irc-now login” again for another.'
  return 'There is no such code; type it as your terminal shows it.'
}
