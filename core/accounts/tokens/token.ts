import type { Kysely, Selectable } from 'kysely'
import { z } from 'zod'
import { OperationError } from '../../operation/errors.ts'
import { nouns } from '../../operation/nouns.ts'
import type { Schema } from '../../store/schema.ts'

export const Scope = z
  .string()
  .regex(/^(\*|[a-z]+):(\*|read|write|destroy)$/, 'A scope is noun:effect, such as bouncer:read or *:*.')
  .refine((scope) => isKnown(scope.split(':')[0]!), `A scope’s noun is * or one of ${nouns.join(', ')}.`)

/** A token for what there is not would be good for nothing, which a script would notice only when it runs. */
function isKnown(noun: string): boolean {
  return noun === '*' || (nouns as readonly string[]).includes(noun)
}

export const Token = z.object({
  name: z.string(),
  scopes: z.array(z.string()),
  prefix: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  lastUsedAt: z.string().nullable(),
})

export type TokenRow = Selectable<Schema['tokens']>

export const tokenOf = (row: TokenRow): z.output<typeof Token> => ({
  name: row.name,
  scopes: JSON.parse(row.scopes) as string[],
  prefix: row.prefix,
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  lastUsedAt: row.last_used_at?.toISOString() ?? null,
})

/** Whether what a token carries covers `noun:effect` (or, asked with a scope, all of that scope). */
export function allows(scopes: readonly string[], noun: string, effect: string): boolean {
  return scopes.some((scope) => {
    const [scopeNoun, scopeEffect] = scope === '*' ? ['*', '*'] : scope.split(':')
    return (scopeNoun === '*' || scopeNoun === noun) && (scopeEffect === '*' || scopeEffect === effect)
  })
}

/** Throws where a token may less than its account: from what is made here, more could be done than with the token. */
export function assertUnscoped(scopes: readonly string[]): void {
  if (allows(scopes, '*', '*')) return
  throw new OperationError('not_allowed', 'A token with narrow scopes can’t make a way to sign in; use one with *:*.')
}

export function createTokenStore(db: Kysely<Schema>) {
  return {
    list: (accountId: string) =>
      db.selectFrom('tokens').selectAll().where('account_id', '=', accountId).orderBy('created_at').execute(),
    byName: (accountId: string, name: string) =>
      db
        .selectFrom('tokens')
        .selectAll()
        .where('account_id', '=', accountId)
        .where('name', '=', name)
        .executeTakeFirst(),
    byHash: (hash: string) => db.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst(),
    insert: (row: TokenRow) => db.insertInto('tokens').values(row).execute(),
    used: (id: string, at: Date) => db.updateTable('tokens').set({ last_used_at: at }).where('id', '=', id).execute(),
    delete: (id: string) => db.deleteFrom('tokens').where('id', '=', id).execute(),
  }
}
