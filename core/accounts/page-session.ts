import { randomBytes } from 'node:crypto'
import type { Runtime } from '../operation/runtime.ts'
import { storageFull } from '../operation/storage-error.ts'
import type { Keyring } from '../platform/runtime.ts'
import type { BrowserSignIn, ServedIdentity } from './identity.port.ts'
import { pageSessionModel } from './oidc-store.ts'
import { formatSecret, hashSecret } from './secrets.ts'

/** How long a browser stays signed in on our pages, in seconds; as long as with the provider. */
export const pageSessionSeconds = 14 * 24 * 60 * 60

export interface Visitor {
  readonly accountId: string
  readonly name: string
}

/** Browsers that are signed in on our own pages, each by a secret that its cookie holds. */
export function createPageSessions(
  runtime: Pick<Runtime, 'transaction' | 'read' | 'now' | 'hasRoom'>,
  { seal, open }: Keyring,
  identity: Pick<ServedIdentity, 'lasts'>,
) {
  const { transaction, read, now } = runtime
  return {
    /** Answers with the secret. */
    async begin(signIn: BrowserSignIn): Promise<string> {
      if (!(await runtime.hasRoom())) throw storageFull()
      const secret = formatSecret('ircn_web_', randomBytes(32))
      await transaction((store) =>
        store.oidc.upsert({
          model: pageSessionModel,
          id: hashSecret(secret),
          payload: seal(JSON.stringify(signIn)),
          grant_id: null,
          user_code: null,
          uid: null,
          account_id: signIn.accountId,
          expires_at: new Date(now().getTime() + pageSessionSeconds * 1000),
        }),
      )
      return secret
    },
    /** Whose it is; null where it has ended, also by signing out at the provider, or its account may not come in. */
    async visitor(secret: string): Promise<Visitor | null> {
      const row = await read((store) => store.oidc.find('id', pageSessionModel, hashSecret(secret), now()))
      if (!row) return null
      const { accountId, session } = JSON.parse(open(row.payload)) as BrowserSignIn
      const account = await read((store) => store.accounts.byId(accountId))
      if (!account || account.deleted_at || account.suspended_at || !(await identity.lasts(session))) return null
      return { accountId, name: account.name }
    },
    end: (secret: string) => transaction((store) => store.oidc.delete(pageSessionModel, hashSecret(secret))),
  }
}

export type PageSessions = ReturnType<typeof createPageSessions>
