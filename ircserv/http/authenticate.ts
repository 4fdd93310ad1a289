import { hashSecret } from '@irc-now/core/accounts/secrets'
import type { Caller, FrontEnd } from '@irc-now/core/operation/context'
import { OperationError } from '@irc-now/core/operation/errors'
import type { Runtime } from '@irc-now/core/operation/runtime'

export interface AuthenticateDeps {
  readonly runtime: Runtime
  /** The account that whoever may open the unix socket is. */
  readonly ownerId: string
  verifyAccessToken(token: string, at?: Date): Promise<{ accountId: string } | null>
}

const frontEnds = new Set<string>(['cli', 'tui', 'http'])

/**
 * Tells who calls from the request's headers; a wrong token is an error, no token is nobody (or the owner). `begun` is
 * when the request came, where it lasts: the provider's tokens live for minutes and are good enough for as long as it does.
 */
export async function authenticate(
  headers: Headers,
  onSocket: boolean,
  deps: AuthenticateDeps,
  begun?: Date,
): Promise<Caller> {
  const client = headers.get('irc-now-client') ?? 'http'
  const as = headers.get('irc-now-as')
  const rest = { via: (frontEnds.has(client) ? client : 'http') as FrontEnd, ...(as ? { as } : {}) }
  const authorization = headers.get('authorization')
  if (!authorization) return { accountId: onSocket ? deps.ownerId : null, scopes: ['*'], ...rest }
  const [, token] = /^Bearer ([\x21-\x7e]{1,8192})$/i.exec(authorization) ?? []
  if (!token) throw refused()
  if (!token.startsWith('ircn_pat_')) {
    const found = await deps.verifyAccessToken(token, begun)
    if (!found) throw refused()
    return { accountId: found.accountId, scopes: ['*'], ...rest }
  }
  const now = deps.runtime.now()
  const row = await deps.runtime.transaction(async (store) => {
    const found = await store.tokens.byHash(hashSecret(token))
    if (found && found.expires_at > now && now.getTime() - (found.last_used_at?.getTime() ?? 0) > 60_000) {
      await store.tokens.used(found.id, now)
    }
    return found
  })
  if (!row || row.expires_at <= now) throw refused()
  return { accountId: row.account_id, scopes: JSON.parse(row.scopes) as string[], ...rest }
}

const refused = () =>
  new OperationError('not_signed_in', 'This token is unknown, revoked or has expired; sign in again or create another.')
