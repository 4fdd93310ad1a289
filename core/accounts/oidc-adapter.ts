import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Runtime } from '../operation/runtime.ts'
import { storageFull } from '../operation/storage-error.ts'
import type { Keyring } from '../platform/runtime.ts'
import { hashSecret } from './secrets.ts'

/**
 * Keeps what the provider keeps in our database. Ids of tokens are the tokens themselves, so they are hashed, and
 * payloads are sealed: who reads the database can't sign in.
 */
export const createOidcAdapter =
  ({ transaction, now, hasRoom }: Pick<Runtime, 'transaction' | 'now' | 'hasRoom'>, { seal, open }: Keyring) =>
  (model: string): Adapter => {
    const find = async (column: 'id' | 'user_code' | 'uid', value: string) => {
      const row = await transaction((store) => store.oidc.find(column, model, hashSecret(value), now()))
      return row && (JSON.parse(open(row.payload)) as AdapterPayload)
    }
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
      async consume(id) {
        const payload = await find('id', id)
        if (!payload) return
        const left = payload.exp === undefined ? undefined : payload.exp - Math.floor(now().getTime() / 1000)
        await upsert(id, { ...payload, consumed: Math.floor(now().getTime() / 1000) }, left)
      },
      async destroy(id) {
        await transaction((store) => store.oidc.delete(model, hashSecret(id)))
      },
      async revokeByGrantId(grantId) {
        await transaction((store) => store.oidc.deleteGrant(hashSecret(grantId)))
      },
    }
  }
