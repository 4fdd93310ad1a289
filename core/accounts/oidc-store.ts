import type { Insertable, Kysely } from 'kysely'
import type { Schema } from '../store/schema.ts'

type OidcRow = Insertable<Schema['oidc_payloads']>

/** Sign-ins on our own pages are kept with them, so that a new password ends these too. */
export const pageSessionModel = 'PageSession'

/** What the OIDC provider keeps: sessions, grants, codes and refresh tokens. Ids are hashes, payloads are sealed. */
export function createOidcStore(db: Kysely<Schema>) {
  const find = (column: 'id' | 'user_code' | 'uid', model: string, value: string, now: Date) =>
    db
      .selectFrom('oidc_payloads')
      .select(['id', 'payload'])
      .where('model', '=', model)
      .where(column, '=', value)
      .where((e) => e.or([e('expires_at', 'is', null), e('expires_at', '>', now)]))
      .executeTakeFirst()
  return {
    find,
    upsert: (row: OidcRow) =>
      db
        .insertInto('oidc_payloads')
        .values(row)
        .onConflict((conflict) => conflict.columns(['model', 'id']).doUpdateSet(row))
        .execute(),
    /** Locked until the transaction ends. */
    locked: (model: string, id: string) =>
      db
        .selectFrom('oidc_payloads')
        .select('payload')
        .where('model', '=', model)
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirst(),
    change: (model: string, id: string, payload: string) =>
      db.updateTable('oidc_payloads').set({ payload }).where('model', '=', model).where('id', '=', id).execute(),
    delete: (model: string, id: string) =>
      db.deleteFrom('oidc_payloads').where('model', '=', model).where('id', '=', id).execute(),
    deleteGrant: (grantId: string) => db.deleteFrom('oidc_payloads').where('grant_id', '=', grantId).execute(),
    /** Signs an account out of our own pages. */
    deletePageSessions: (accountId: string) =>
      db
        .deleteFrom('oidc_payloads')
        .where('model', '=', pageSessionModel)
        .where('account_id', '=', accountId)
        .execute(),
    /** Signs an account out everywhere: its sessions, grants and refresh tokens end. */
    deleteAccount: (accountId: string) => db.deleteFrom('oidc_payloads').where('account_id', '=', accountId).execute(),
  }
}
