import {
  type Configuration,
  initiateDeviceAuthorization,
  pollDeviceAuthorizationGrant,
  type TokenEndpointResponse,
  tokenRevocation,
} from 'openid-client'
import { connectIssuer, isOutage, issuerOf, signInProblem } from './issuer.ts'
import { isPrivate } from './platform-url.ts'
import type { Token } from './token-store.ts'

/** What a person needs to approve a sign-in elsewhere. */
export interface Invitation {
  readonly code: string
  /** Where the code is typed in. */
  readonly link: string
  /** The same with the code in it, where the issuer makes one. */
  readonly whole: string
  /** Seconds. */
  readonly expiresIn: number
}

/**
 * Signs in to the platform at `url` by the device flow: `invite` is told the code, then this waits until it is
 * approved. Throws `not_signed_in` when it is refused, `timed_out` when the code expires, else `unavailable`.
 */
export async function signIn(
  url: string,
  invite: (invitation: Invitation) => Promise<void>,
): Promise<{ issuer: string; token: Token }> {
  const issuer = await issuerOf(url)
  const configuration = await connectIssuer(issuer)
  try {
    const device = await initiateDeviceAuthorization(configuration, {
      scope: 'openid offline_access',
      resource: url,
    })
    const link = opened(device.verification_uri)
    await invite({
      code: device.user_code,
      link,
      whole: opened(device.verification_uri_complete ?? link),
      expiresIn: device.expires_in,
    })
    return { issuer, token: tokenFrom(await poll(configuration, device, url)) }
  } catch (error) {
    throw signInProblem(issuer, error)
  }
}

/** A browser is only ever sent to a web page. */
function opened(link: string): string {
  if (!isPrivate(link)) throw new Error('not the address of a web page')
  return link
}

/** The connection may break while the person is in the browser; the code stays good. */
async function poll(
  configuration: Configuration,
  device: Awaited<ReturnType<typeof initiateDeviceAuthorization>>,
  resource: string,
) {
  const end = Date.now() + device.expires_in * 1000
  for (;;) {
    try {
      // Longer than the code is good for, so that it is the issuer who says that it has expired.
      const signal = AbortSignal.timeout(device.expires_in * 1000 + 30_000)
      return await pollDeviceAuthorizationGrant(configuration, device, { resource }, { signal })
    } catch (error) {
      if (!isOutage(error) || Date.now() > end) throw error
    }
  }
}

/** A token as it is kept. Throws when there is no refresh token, without which nobody would stay signed in. */
export function tokenFrom(response: TokenEndpointResponse, before?: Token): Token {
  const refresh = response.refresh_token ?? before?.refresh
  if (refresh === undefined) throw new Error('no refresh token came')
  return { access: response.access_token, refresh, expiresAt: Date.now() + (response.expires_in ?? 60) * 1000 }
}

/** Ends a sign-in at its issuer; false when that can't be reached. */
export async function revoke(issuer: string, token: Token): Promise<boolean> {
  try {
    const configuration = await connectIssuer(issuer)
    configuration.timeout = 5
    await tokenRevocation(configuration, token.refresh, { token_type_hint: 'refresh_token' })
    return true
  } catch {
    return false
  }
}
