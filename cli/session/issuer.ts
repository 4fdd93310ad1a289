import { OperationError } from '@irc-now/core/operation/errors'
import {
  allowInsecureRequests,
  ClientError,
  type Configuration,
  clockTolerance,
  discovery,
  None,
  ResponseBodyError,
} from 'openid-client'
import { isPrivate, requirePrivate } from './platform-url.ts'

const clientId = 'irc-now-cli'
const patienceMs = 15_000

/** The OIDC issuer of the platform at `url`, as its protected resource metadata (RFC 9728) names it. */
export async function issuerOf(url: string): Promise<string> {
  requirePrivate(url)
  const notOurs = () =>
    new OperationError('unavailable', `What answers at ${url} is not an irc.now one can sign in to; check the address.`)
  let metadata: { resource?: unknown; authorization_servers?: unknown }
  try {
    const response = await fetch(`${url}/.well-known/oauth-protected-resource`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    })
    metadata = response.ok ? ((await response.json().catch(() => null)) ?? {}) : {}
  } catch (cause) {
    throw unreachable(url, cause)
  }
  const { resource, authorization_servers: issuers } = metadata
  const issuer = Array.isArray(issuers) ? issuers[0] : undefined
  if (typeof resource !== 'string' || typeof issuer !== 'string') throw notOurs()
  // A token for another resource must not be sent here, nor one for this resource be asked for by another.
  if (resource.replace(/\/+$/, '') !== url)
    throw new OperationError('invalid_input', `${url} calls itself ${resource}; sign in there, with --url ${resource}.`)
  if (url.startsWith('https:') && !issuer.startsWith('https:')) throw notOurs()
  return requirePrivate(issuer)
}

/** What openid-client needs to know of an issuer. */
export async function connectIssuer(issuer: string): Promise<Configuration> {
  requirePrivate(issuer)
  try {
    const configuration = await discovery(
      new URL(issuer),
      clientId,
      // A clock that is a little off is no reason not to sign in.
      { token_endpoint_auth_method: 'none', [clockTolerance]: 300 },
      None(),
      { execute: issuer.startsWith('http:') ? [allowInsecureRequests] : [], timeout: patienceMs / 1000 },
    )
    const server = configuration.serverMetadata()
    for (const url of [server.token_endpoint, server.device_authorization_endpoint, server.revocation_endpoint])
      if (url !== undefined && !isPrivate(url)) requirePrivate(url)
    return configuration
  } catch (error) {
    throw signInProblem(issuer, error)
  }
}

function unreachable(url: string, cause: unknown): OperationError {
  const { code } = ((cause as Error).cause ?? {}) as { code?: string }
  if (code !== undefined && /CERT|SIGNATURE|SSL|TLS/.test(code)) {
    const next = 'if it is your own, name its authority in NODE_EXTRA_CA_CERTS'
    return new OperationError('unavailable', `The certificate of ${url} can’t be trusted (${code}); ${next}.`, {
      cause,
    })
  }
  return new OperationError('unavailable', `Nothing answers at ${url}; check the address and your connection.`, {
    cause,
  })
}

/** Whether a request did not come through, so that the same one may be sent again. */
export const isOutage = (error: unknown) =>
  error instanceof TypeError || (error instanceof ClientError && error.code === 'OAUTH_TIMEOUT')

/** The stable code and one sentence for whatever openid-client throws. */
export function signInProblem(issuer: string, error: unknown): OperationError {
  if (error instanceof OperationError) return error
  if (isOutage(error)) return unreachable(issuer, error)
  if (error instanceof ResponseBodyError) {
    if (error.error === 'access_denied')
      return new OperationError('not_signed_in', 'The sign-in was refused in the browser; nobody is signed in.')
    if (error.error === 'expired_token')
      return new OperationError('timed_out', 'The code has expired; run “irc-now login” again for another.')
    const why = error.error_description ?? error.error
    return new OperationError('unavailable', `${issuer} refuses the sign-in: ${why}; tell its operators.`, {
      cause: error,
    })
  }
  return new OperationError('unavailable', `${issuer} does not answer as a sign-in service; check the address.`, {
    cause: error,
  })
}
