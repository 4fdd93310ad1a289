import { createHmac } from 'node:crypto'
import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Runtime } from '../operation/runtime.ts'
import type { Keyring } from '../platform/runtime.ts'
import { type ProviderPages, signInPath } from './identity.port.ts'
import { createOidcAdapter } from './oidc-adapter.ts'
import { clientsOf } from './oidc-clients.ts'
import { algorithm, type signingKeys } from './signing-keys.ts'

const minute = 60
const day = 24 * 60 * minute

/** What oidc-provider is to do: whom it signs in to what, for how long, and by which pages. */
export function oidcConfiguration(options: {
  readonly resource: string
  readonly runtime: Runtime
  readonly keyring: Keyring
  readonly pages: ProviderPages
  readonly keys: Awaited<ReturnType<typeof signingKeys>>
}): Configuration {
  const { resource, runtime, keyring, pages, keys } = options
  const accountOf = (id: string) => runtime.transaction((store) => store.accounts.byId(id))
  return {
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
}

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
