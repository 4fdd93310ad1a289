import { type Adapter, type AdapterPayload, errors } from 'oidc-provider'
import type { Runtime } from '../operation/runtime.ts'
import { storageFull } from '../operation/storage-error.ts'
import type { Keyring } from '../platform/runtime.ts'
import type { Stores } from '../store/stores.ts'
import { hashSecret } from './secrets.ts'

/**
 * Keeps what the provider keeps in our database. Ids of tokens are the tokens themselves, so they are hashed, and
 * payloads are sealed: who reads the database can't sign in.
 */
export const createOidcAdapter =
  ({ transaction, now, hasRoom }: Pick<Runtime, 'transaction' | 'now' | 'hasRoom'>, { seal, open }: Keyring) =>
  (model: string): Adapter => {
    const read = (row: { readonly payload: string }) => JSON.parse(open(row.payload)) as AdapterPayload
    const find = (column: 'id' | 'user_code' | 'uid', value: string) =>
      transaction(async (store) => {
        const row = await store.oidc.find(column, model, hashSecret(value), now())
        const payload = row && read(row)
        return payload && (await isOutdated(store, payload)) ? undefined : payload
      })
    const upsert = async (id: string, payload: AdapterPayload, expiresIn?: number) => {
      if (!(await hasRoom())) throw storageFull()
      const hashed = (value: string | undefined) => (value === undefined ? null : hashSecret(value))
      await transaction((store) =>
        store.oidc.upsert({
          model,
          id: hashSecret(id),
          payload: seal(JSON.stringify(payload)),
          grant_id: hashed(payload.grantId),
          user_code: hashed(payload.userCode),
          uid: hashed(payload.uid),
          account_id: payload.accountId ?? null,
          expires_at: expiresIn ? new Date(now().getTime() + expiresIn * 1000) : null,
        }),
      )
    }
    return {
      upsert,
      find: (id) => find('id', id),
      findByUserCode: (userCode) => find('user_code', userCode),
      findByUid: (uid) => find('uid', uid),
      // The provider has looked whether it was used; of two who did at once, this tells who is first.
      async consume(id) {
        await transaction(async (store) => {
          const row = await store.oidc.locked(model, hashSecret(id))
          const payload = row && read(row)
          if (!payload || payload.consumed) throw new errors.InvalidGrant('it was used or ended just now')
          const used = { ...payload, consumed: Math.floor(now().getTime() / 1000) }
          await store.oidc.change(model, hashSecret(id), seal(JSON.stringify(used)))
        })
      },
      async destroy(id) {
        await transaction((store) => store.oidc.delete(model, hashSecret(id)))
      },
      async revokeByGrantId(grantId) {
        await transaction((store) => store.oidc.deleteGrant(hashSecret(grantId)))
      },
    }
  }

/**
 * Whether an account’s sign-in password was set since somebody signed in, at a time in whole seconds: that has signed
 * them out.
 */
export async function hasNewPassword(store: Stores, accountId: string, signedInAt: number): Promise<boolean> {
  const credential = await store.accounts.credential(accountId)
  return credential !== undefined && (signedInAt + 1) * 1000 <= credential.updated_at.getTime()
}

/** A new password deletes what there is; whoever was at it just then writes theirs back, and is told by when they signed in. */
async function isOutdated(store: Stores, { accountId, loginTs, authTime }: AdapterPayload): Promise<boolean> {
  const at = loginTs ?? authTime
  return accountId !== undefined && typeof at === 'number' && hasNewPassword(store, accountId, at)
}
